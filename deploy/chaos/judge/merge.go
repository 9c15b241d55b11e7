package judge

import (
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// merge gives every subject that was merged into another the vendor's id of that one, wherever it is named.
func (c *court) merge() {
	for _, d := range c.deeds {
		if d.Into != "" {
			c.into[d.About] = d.Into
		}
	}
	for _, d := range c.deeds {
		if id := c.living(d.About); d.Into != "" && (c.merged[id].IsZero() || d.At.Before(c.merged[id])) {
			c.merged[id] = d.At
		}
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
func (c *court) one(subject uuid.UUID) bool { return !c.merged[c.Vendor[subject]].IsZero() }

// oneBy reports whether it was by then.
func (c *court) oneBy(subject uuid.UUID, at time.Time) bool {
	return c.one(subject) && !c.merged[c.Vendor[subject]].After(at.Add(clockSlack))
}
