package judge

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// flickers finds what readers may never see: a written value that gives way and comes back, an older one of ours after it,
// a pending write that is gone before it has ended, a subject that is not there, a version that runs backwards.
func (c *court) flickers() {
	seen := map[uuid.UUID][]history.Sighting{}
	for _, s := range c.Sightings {
		seen[s.Subject] = append(seen[s.Subject], s)
	}
	writes := map[uuid.UUID][]*history.Write{}
	for _, w := range c.accepted {
		writes[w.Subject] = append(writes[w.Subject], w)
	}
	for subject, sightings := range seen {
		if c.one(subject) {
			continue // it shows what another had, and loses what it had
		}
		for _, w := range writes[subject] {
			if (w.Op == history.Create || w.Op == history.Update) && !c.returned(w) {
				for field := range w.Values {
					c.steady(w, field, writes[subject], sightings)
				}
			}
			c.pending(w, sightings)
			c.there(w, sightings)
		}
		c.forward(subject, sightings)
	}
}

// steady holds each sighting of another value against a write that was told to a caller.
func (c *court) steady(w *history.Write, field string, writes []*history.Write, sightings []history.Sighting) {
	var back time.Time // the latest look that saw it
	for _, s := range sightings {
		if s.Seen.Values[field] == w.Values[field] && s.Last.From.After(back) {
			back = s.Last.From
		}
	}
	for _, s := range sightings {
		if s.Seen.Missing || s.Seen.Values[field] == w.Values[field] {
			continue
		}
		when, ok := after(s, w.Accepted)
		if !ok || c.deadBy(w, when.To) {
			continue
		}
		if why := c.unsteady(w, setter(field, s.Seen.Values[field], writes), field, s.Seen.Values[field], when.To.Before(back)); why != "" {
			c.find("flickers", "%s saw %s=%q at %s to %s, %s (the written value was seen last at %s): %s", s.Reader, field, s.Seen.Values[field],
				clock(when.From), clock(when.To), why, clock(back), c.label(w))
		}
	}
}

// unsteady is why a value may not be seen after w was accepted, w being alive; empty: it may. A person's edit may show
// before a write that is under way hides it again: who asks the vendor at that moment sees the same.
func (c *court) unsteady(w, other *history.Write, field, value string, again bool) string {
	switch {
	case other != nil && c.returned(other): // it was folded over w anew
	case other != nil && other.Accepted.Before(w.Began):
		return "which an earlier write had put there"
	case other != nil && again && !w.Accepted.Before(other.Began) && !c.buried(other): // else it is found from the other's side
		return "which a write of the same time had put there, and then the written value again"
	case other == nil && !c.editedSince(w, field, value):
		return "which was there before"
	}
	return ""
}

// after is a look of a sighting that began after t; false if none did. Only the first and the last look are known.
func after(s history.Sighting, t time.Time) (history.Span, bool) {
	if s.First.From.After(t) {
		return s.First, true
	}
	return s.Last, s.Last.From.After(t)
}

func (c *court) deadBy(w *history.Write, t time.Time) bool {
	ended, dead := c.dead(w)
	return dead && ended.Before(t)
}

// buried reports whether a write was taken back: what it had hidden shows again.
func (c *court) buried(w *history.Write) bool {
	if w == nil {
		return false
	}
	_, dead := c.dead(w)
	return dead
}

func setter(field, value string, writes []*history.Write) *history.Write {
	for _, w := range writes {
		if w.Values[field] == value {
			return w
		}
	}
	return nil
}

// editedSince reports whether a person put the value there since w was asked for.
func (c *court) editedSince(w *history.Write, field, value string) bool {
	for _, e := range c.edits[c.Vendor[w.Subject]] {
		if e.Sets[field] == value && !e.At.Before(w.Began.Add(-clockSlack)) {
			return true
		}
	}
	return false
}

// clockSlack is by how much the vendor's times may be off once the skew that it was given is taken away.
const clockSlack = 5 * time.Millisecond

// pending finds looks that did not list the job though the vendor had not made the change yet, or before another that
// lists it again.
func (c *court) pending(w *history.Write, sightings []history.Sighting) {
	j := c.jobs[w.Request]
	if j == nil || w.Op == history.Child || c.returned(w) {
		return // a child's job is listed on the child
	}
	least := j.Ended // until then it must be listed, or until it was made: who asked the vendor then has seen it
	if made, steps := c.made[w], max(w.Steps, 1); len(made) >= steps && (least.IsZero() || made[steps-1].At.Before(least)) {
		least = made[steps-1].At
	}
	var again time.Time // the latest look that listed it
	for _, s := range sightings {
		if slices.Contains(s.Seen.Pending, j.ID) && s.Last.From.After(again) {
			again = s.Last.From
		}
	}
	for _, s := range sightings {
		if s.Seen.Missing || slices.Contains(s.Seen.Pending, j.ID) {
			continue
		}
		when, ok := after(s, w.Accepted)
		if ok && (least.IsZero() || when.To.Before(least) || when.To.Before(again)) {
			c.find("flickers", "%s saw no pending job %s at %s to %s; it was made or ended at %s, and listed last at %s: %s", s.Reader, j.ID, clock(when.From),
				clock(when.To), clock(least), clock(again), c.label(w))
		}
	}
}

// there finds looks for a subject that did not find it though a caller had been told of it.
func (c *court) there(w *history.Write, sightings []history.Sighting) {
	for _, s := range sightings {
		if when, ok := after(s, w.Accepted); ok && s.Seen.Missing {
			c.find("flickers", "%s saw no such %s at %s to %s, after: %s", s.Reader, w.Kind, clock(when.From), clock(when.To), c.label(w))
		}
	}
}

// forward finds a version that is lower than one that had been seen before it was asked for.
func (c *court) forward(subject uuid.UUID, sightings []history.Sighting) {
	byEnd := slices.Clone(sightings)
	slices.SortFunc(byEnd, func(a, b history.Sighting) int { return a.First.To.Compare(b.First.To) })
	byStart := slices.Clone(sightings)
	slices.SortFunc(byStart, func(a, b history.Sighting) int { return a.Last.From.Compare(b.Last.From) })
	var high history.Sighting
	next := 0
	for _, s := range byStart {
		for ; next < len(byEnd) && byEnd[next].First.To.Before(s.Last.From); next++ {
			if byEnd[next].Seen.Version > high.Seen.Version {
				high = byEnd[next]
			}
		}
		if !s.Seen.Missing && s.Seen.Version < high.Seen.Version {
			c.find("flickers", "%s saw version %d of %s (%s) at %s, after %s had seen version %d at %s", s.Reader, s.Seen.Version, subject,
				c.Vendor[subject], clock(s.Last.From), high.Reader, high.Seen.Version, clock(high.First.To))
		}
	}
}
