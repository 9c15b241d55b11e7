package judge

import (
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

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
		case w.Op == history.Delete && c.deleted(w): // by whomever: there was nothing left to do
		case j.State == history.Done && len(c.made[w]) == 0:
			c.find("jobs_lost", "done at %s, and the vendor never made it: %s", clock(j.Ended), c.label(w))
		}
	}
}

// deleted reports whether somebody deleted the ticket of w at the vendor.
func (c *court) deleted(w *history.Write) bool {
	for _, e := range c.Ledger {
		if e.Op == "delete" && e.Kind == "ticket" && e.ID == c.Vendor[w.Ticket] {
			return true
		}
	}
	return false
}

// doubled finds what is not harmless when it is made twice and was, and what nobody asked for.
func (c *court) doubled() {
	for _, e := range c.strange {
		c.find("duplicate_upstream_writes", "nobody asked for entry %d: %s of %s %s at %s: %v", e.Seq, e.Op, e.Kind, e.ID, clock(e.At), e.Fields)
	}
	marked := map[string]vendorsim.Entry{}
	for i := range c.Writes {
		w := &c.Writes[i]
		made := c.made[w]
		if w.Accepted.IsZero() && len(made) > 0 {
			c.find("duplicate_upstream_writes", "made though it was answered with %s (entry %d at %s): %s", w.Refused, made[0].Seq, clock(made[0].At), c.label(w))
		}
		if w.Op == history.Update || w.Op == history.Delete {
			continue // absolute values: a repeat changes nothing
		}
		if len(made) > 1 {
			c.find("duplicate_upstream_writes", "made %d times (entries %d at %s and %d at %s): %s", len(made), made[0].Seq, clock(made[0].At), made[1].Seq, clock(made[1].At), c.label(w))
		}
		for _, e := range made {
			if first, again := marked[mark(e)]; again && mark(e) != "" && len(made) == 1 {
				c.find("duplicate_upstream_writes", "the mark %s is on entries %d and %d: %s", mark(e), first.Seq, e.Seq, c.label(w))
			}
			marked[mark(e)] = e
		}
	}
}

// disordered finds two writes of one ticket, its notes among them, of which the first had been accepted before the second
// was asked for, and which the vendor made the other way round: no repeat of the first may come after the second either.
// A replay takes its place behind what had been accepted by then.
func (c *court) disordered() {
	of := map[string][]*history.Write{}
	for _, w := range c.accepted {
		of[w.Ticket.String()] = append(of[w.Ticket.String()], w)
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
func (c *court) since(w *history.Write) []vendorsim.Entry {
	if !c.again(w) {
		return c.made[w]
	}
	return slices.DeleteFunc(slices.Clone(c.made[w]), func(e vendorsim.Entry) bool { return e.At.Before(c.replayed[w]) })
}
