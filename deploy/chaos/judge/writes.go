package judge

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// lost finds what was accepted and neither made nor buried.
func (c *court) lost() {
	for _, w := range c.accepted {
		j := c.jobs[w.Request]
		switch {
		case j == nil:
			c.find("jobs_lost", "no job: %s", c.label(w))
		case j.State != history.Done && j.State != history.Dead:
			c.find("jobs_lost", "neither done nor dead but in state %d after %d attempts: %s", j.State, j.Attempts, c.label(w))
		case slices.Contains([]history.Op{history.Delete, history.Cancel, history.Finalize}, w.Op) && c.didBy(w.Op, w.Subject, j.Ended): // by whomever: there was nothing left to do
		case j.State == history.Done && !whole(w, c.made[w]):
			c.find("jobs_lost", "done at %s, and the vendor never made it: %s", clock(j.Ended), c.label(w))
		}
	}
}

// didBy reports whether somebody had done this to a subject at the vendor by then.
func (c *court) didBy(op history.Op, subject uuid.UUID, at time.Time) bool {
	return c.Vendor[subject] != "" && slices.ContainsFunc(c.deeds, func(d history.Deed) bool {
		return d.Asked == op && d.About == c.Vendor[subject] && by(d, at)
	})
}

// by reports whether something had been done by then.
func by(d history.Deed, at time.Time) bool { return !d.At.After(at.Add(clockSlack)) }

// tries is how many attempts somebody decided on.
func (c *court) tries(w *history.Write) int {
	n := 1
	for _, l := range c.Letters {
		if j := c.byID[l.Job]; j != nil && c.asked[j.Request] == w && l.Resolution == "replayed" {
			n++
		}
	}
	return n
}

// doubled finds what is not harmless when it is made twice and was, and what nobody asked for.
func (c *court) doubled() {
	for _, e := range c.strange {
		c.find("duplicate_upstream_writes", "nobody asked for entry %d: %s of %s %s at %s: %v", e.Seq, e.Op, e.Kind, e.ID, clock(e.At), e.Fields)
	}
	marked := map[string]history.Deed{}
	for i := range c.Writes {
		w := &c.Writes[i]
		made := c.made[w]
		if w.Accepted.IsZero() && len(made) > 0 {
			c.find("duplicate_upstream_writes", "made though it was answered with %s (entry %d at %s): %s", w.Refused, made[0].Seq, clock(made[0].At), c.label(w))
		}
		if w.Op == history.Update || w.Op == history.Delete || w.Op == history.Cancel {
			continue // absolute values: a repeat changes nothing
		}
		var tried []history.Deed
		made, tried = apart(made)
		if n := c.tries(w); len(tried) > n {
			c.find("duplicate_upstream_writes", "tried %d times, at last by entry %d at %s, though only %d were decided on: %s", len(tried), tried[n].Seq, clock(tried[n].At), n, c.label(w))
		}
		if len(made) > 1 {
			c.find("duplicate_upstream_writes", "made %d times (entries %d at %s and %d at %s): %s", len(made), made[0].Seq, clock(made[0].At), made[1].Seq, clock(made[1].At), c.label(w))
		}
		for _, e := range made {
			if first, again := marked[e.Mark]; again && e.Mark != "" && len(made) == 1 {
				c.find("duplicate_upstream_writes", "the mark %s is on entries %d and %d: %s", e.Mark, first.Seq, e.Seq, c.label(w))
			}
			marked[e.Mark] = e
		}
	}
}

// apart is what was made, and what was tried.
func apart(of []history.Deed) (made, tried []history.Deed) {
	for _, d := range of {
		if d.Attempt {
			tried = append(tried, d)
		} else {
			made = append(made, d)
		}
	}
	return made, tried
}

// disordered finds two writes of one subject, its children among them, of which the first had been accepted before the second
// was asked for, and which the vendor made the other way round: no repeat of the first may come after the second either.
// A replay takes its place behind what had been accepted by then.
func (c *court) disordered() {
	of := map[string][]*history.Write{}
	for _, w := range c.accepted {
		of[w.Subject.String()] = append(of[w.Subject.String()], w)
	}
	for _, writes := range of {
		for _, a := range writes {
			for _, b := range writes {
				if c.accepts(a).Before(c.asks(b)) {
					c.inOrder(a, b)
				}
			}
		}
	}
}

func (c *court) inOrder(a, b *history.Write) {
	first, then := c.since(a), c.since(b)
	if len(first) == 0 || len(then) == 0 {
		return
	}
	if last := first[len(first)-1]; last.Seq > then[0].Seq {
		c.find("order_violations", "entry %d at %s came after entry %d at %s\n    first  %s\n    second %s", last.Seq, clock(last.At), then[0].Seq, clock(then[0].At), c.label(a), c.label(b))
	}
}

// replaying is how long a replay may take from when its transaction began until it has its place.
const replaying = 3 * time.Second

// asks is when a write, or its last replay, was asked for.
func (c *court) asks(w *history.Write) time.Time {
	if at, again := c.replayed[w]; again {
		return at
	}
	return w.Began
}

// accepts is when it had its place, at the latest.
func (c *court) accepts(w *history.Write) time.Time {
	if at, again := c.replayed[w]; again {
		return at.Add(replaying)
	}
	return w.Accepted
}

// since is what the vendor made of a write since it was last asked for.
func (c *court) since(w *history.Write) []history.Deed {
	if !c.again(w) {
		return c.made[w]
	}
	return slices.DeleteFunc(slices.Clone(c.made[w]), func(d history.Deed) bool { return d.At.Before(c.replayed[w]) })
}
