package judge

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// lingers is for how long after a fault its consequences may still be written down.
const lingers = 15 * time.Second

// unexplained finds dead letters that no fault, no edit and no bad write accounts for, and buried jobs without a letter.
func (c *court) unexplained() {
	has := map[uuid.UUID]bool{}
	for _, l := range c.Letters {
		has[l.Job] = true
		if l.Job == uuid.Nil {
			if !c.drifted(l) {
				c.find("dead_letters_unexplained", "%s %s of %s %s at %s, and no schema had changed: %s", l.Class, l.Reason, l.Kind, l.Entity, clock(l.At), l.Message)
			}
			continue
		}
		j := c.byID[l.Job]
		if j == nil || c.asked[j.Request] == nil {
			c.find("dead_letters_unexplained", "%s %s for job %s at %s, which nobody asked for: %s", l.Class, l.Reason, l.Job, clock(l.At), l.Message)
			continue
		}
		if why := c.unexcused(c.asked[j.Request], l); why != "" {
			c.find("dead_letters_unexplained", "%s %s at %s, but %s: %s\n    it says: %s", l.Class, l.Reason, clock(l.At), why, c.label(c.asked[j.Request]), l.Message)
		}
	}
	c.untold()
	for _, j := range c.Jobs {
		if j.State == history.Dead && !has[j.ID] {
			c.find("dead_letters_unexplained", "job %s of %s %s was buried at %s, and there is no letter", j.ID, j.Kind, j.UID, clock(j.Ended))
		}
	}
}

// untold finds subjects whose last write was buried, and that do not say so to whoever reads them.
func (c *court) untold() {
	last := map[uuid.UUID]*history.Write{}
	for _, w := range c.accepted {
		if w.Op != history.Child && w.Op != history.Delete && (last[w.Subject] == nil || last[w.Subject].Accepted.Before(w.Accepted)) {
			last[w.Subject] = w
		}
	}
	for subject, w := range last {
		if !c.buried(w) || !c.alone(w) || c.handled[subject] || c.one(subject) {
			continue
		}
		says, j := c.Refusals[subject], c.jobs[w.Request]
		if told := says == j.ID || j.Class == "PREDECESSOR" && says != uuid.Nil; !told { // what the vendor said of the create says more
			c.find("dead_letters_unexplained", "its %s does not say that it was buried, but names %s: %s", w.Kind, c.Refusals[subject], c.label(w))
		}
	}
}

// alone reports whether no other change of the subject was asked for at the same time: which came last could not be told.
func (c *court) alone(w *history.Write) bool {
	return !slices.ContainsFunc(c.accepted, func(o *history.Write) bool {
		return o != w && o.Subject == w.Subject && o.Op != history.Child && o.Accepted.After(w.Began)
	})
}

// drifted reports whether the schema had changed when, or shortly before, the letter was written.
func (c *court) drifted(l history.Letter) bool {
	return l.Class == "SCHEMA_DRIFT" && c.played(l.At.Add(-lingers), l.At, schedule.Act.ChangesSchema)
}

// played reports whether such an act was on at some time between.
func (c *court) played(from, to time.Time, such func(schedule.Act) bool) bool {
	return slices.ContainsFunc(c.Played, func(p history.Played) bool {
		return such(p.Act) && p.From.Before(to) && p.To.After(from)
	})
}
