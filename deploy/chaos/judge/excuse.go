package judge

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// unexcused is why a write should not have been buried; empty: there was cause.
func (c *court) unexcused(w *history.Write, l history.Letter) string {
	made := whole(w, c.before(w, l))
	switch l.Class {
	case "REFUSED":
		switch {
		case made:
			return "the vendor had made it"
		case !w.Bad && !c.hindered(w, l) && !c.unfinished(w, l) && !c.oneBy(w.Subject, l.At):
			return "nothing was wrong with it"
		}
	case "SUPERSEDED":
		if !c.overtaken(w, l) && !c.oneBy(w.Subject, l.At) {
			return "nobody had changed the same fields"
		}
	case "OUTCOME_UNKNOWN":
		if !c.played(w.Began, l.At, schedule.Act.LosesAnswers) {
			return "no answer could have been lost"
		}
	case "PREDECESSOR":
		switch {
		case made:
			return "the vendor had made it"
		case !c.createDied(w.Subject, l.At) && !c.createDied(w.Refers, l.At):
			return "its create was not buried"
		}
	default:
		return "nothing that was done leads to this class"
	}
	return ""
}

// before is what the vendor made of a write until somebody replayed its letter.
func (c *court) before(w *history.Write, l history.Letter) []history.Deed {
	return slices.DeleteFunc(slices.Clone(c.made[w]), func(d history.Deed) bool { return l.Resolution == "replayed" && d.At.After(l.Resolved) })
}

// hindered reports whether what somebody had done to the subject of a write, or to what it names, lets the vendor refuse it.
func (c *court) hindered(w *history.Write, l history.Letter) bool {
	if c.didBy(history.Delete, w.Subject, l.At) || c.didBy(history.Delete, w.Refers, l.At) {
		return true
	}
	ended := func(d history.Deed) bool { return d.Asked == history.Capture || d.Asked == history.Cancel }
	return ended(history.Deed{Asked: w.Op}) && slices.ContainsFunc(c.deeds, func(d history.Deed) bool {
		return ended(d) && d.About == c.Vendor[w.Subject] && by(d, l.At) && !slices.ContainsFunc(c.made[w], func(own history.Deed) bool { return own.Seq == d.Seq })
	})
}

// unfinished reports whether the vendor refused a write in the words in which it refuses what is done with a thing of which only a part
// is there, and its subject was such a thing: its create had been buried by then, and of what it asks for only some was made.
func (c *court) unfinished(w *history.Write, l history.Letter) bool {
	return w.Lacks != "" && strings.Contains(l.Message, w.Lacks) && slices.ContainsFunc(c.creates(w.Subject, l.At), func(create *history.Write) bool {
		made := slices.DeleteFunc(slices.Clone(c.made[create]), func(d history.Deed) bool { return !by(d, l.At) })
		return len(made) > 0 && !whole(create, made)
	})
}

// overtaken reports whether since a guarded write was asked for there was at some time in one of its fields what a person had put there,
// and not what its caller had read. A replay is guarded, too: what was there then is not known here.
func (c *court) overtaken(w *history.Write, l history.Letter) bool {
	since, again := c.decided(w, l.At)
	return (again || w.Read != nil) && slices.ContainsFunc(c.edits[c.Vendor[w.Subject]], func(e history.Deed) bool {
		for path, value := range e.Sets {
			if named := len(w.Paths) == 0 || slices.Contains(w.Paths, path); named && (again || value != w.Read[path]) && by(e, l.At) && c.lasted(e, path, since) {
				return true
			}
		}
		return false
	})
}

// lasted reports whether what somebody put into a field was still there at that time, or may have been seen for the first time since.
func (c *court) lasted(e history.Deed, path string, since time.Time) bool {
	return !slices.ContainsFunc(c.deeds, func(d history.Deed) bool {
		_, named := d.Sets[path]
		return named && d.About == e.About && d.Seq > e.Seq && d.At.Before(since.Add(-lingers))
	})
}

// creates are the creates of a subject that were buried by then.
func (c *court) creates(subject uuid.UUID, at time.Time) (all []*history.Write) {
	for _, l := range c.Letters {
		j := c.byID[l.Job]
		if j == nil || l.At.After(at) {
			continue
		}
		if w := c.asked[j.Request]; w != nil && w.Op == history.Create && w.Subject == subject {
			all = append(all, w)
		}
	}
	return all
}

func (c *court) createDied(subject uuid.UUID, at time.Time) bool {
	return len(c.creates(subject, at)) > 0
}
