package judge

import (
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
)

// merge gives every ticket that was merged into another the vendor's id of that one, wherever it is named.
func (c *court) merge() {
	for _, e := range c.Ledger {
		if e.Op == "merge" && e.Kind == "ticket" {
			c.into[e.ID] = fmt.Sprint(e.Fields["into"])
		}
	}
	for id := range c.into {
		c.merged[c.living(id)] = true
	}
	vendor := maps.Clone(c.Vendor)
	for uid, id := range vendor {
		vendor[uid] = c.living(id)
	}
	h := *c.History
	h.Vendor, h.Ledger = vendor, slices.Clone(c.Ledger)
	for i := range h.Ledger {
		switch e := &h.Ledger[i]; e.Kind {
		case "ticket":
			e.ID = c.living(e.ID)
		default:
			e.Parent = c.living(e.Parent)
		}
	}
	c.History = &h
}

// living is what a ticket became. One that was merged stays merged, so this ends.
func (c *court) living(id string) string {
	for c.into[id] != "" {
		id = c.into[id]
	}
	return id
}

// one reports whether a ticket is one with another that was merged into it, or it into that.
func (c *court) one(ticket uuid.UUID) bool { return c.merged[c.Vendor[ticket]] }
