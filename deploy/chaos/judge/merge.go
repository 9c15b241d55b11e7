package judge

import (
	"maps"
	"slices"

	"github.com/google/uuid"
)

// merge gives every subject that was merged into another the vendor's id of that one, wherever it is named.
func (c *court) merge() {
	for _, d := range c.deeds {
		if d.Into != "" {
			c.into[d.About] = d.Into
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
	h.Vendor, c.History = vendor, &h
	c.deeds = slices.Clone(c.deeds)
	for i := range c.deeds {
		c.deeds[i].About = c.living(c.deeds[i].About)
	}
}

// living is what a subject became. One that was merged stays merged, so this ends.
func (c *court) living(id string) string {
	for c.into[id] != "" {
		id = c.into[id]
	}
	return id
}

// one reports whether a subject is one with another that was merged into it, or it into that.
func (c *court) one(subject uuid.UUID) bool { return c.merged[c.Vendor[subject]] }
