// Package judge answers whether the promises held in a run, from what callers were told, what readers saw, what the vendor
// did and what became of the jobs. It never asks the adapter whether it was right.
package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Verdict is what was counted. All of it but Accepted must be zero.
type Verdict struct {
	Accepted    int `json:"accepted"`
	Lost        int `json:"jobs_lost"`
	Doubled     int `json:"duplicate_upstream_writes"`
	Disordered  int `json:"order_violations"`
	Stale       int `json:"stale_rows"`
	Flickers    int `json:"flickers"`
	Unexplained int `json:"dead_letters_unexplained"`
}

// Held reports whether every promise held.
func (v Verdict) Held() bool {
	return v.Lost+v.Doubled+v.Disordered+v.Stale+v.Flickers+v.Unexplained == 0
}

// Finding is one thing that must not be.
type Finding struct {
	What string // as in the verdict
	Says string // with the entity, the job and the times, for a person to look
}

// Judge is what held, and all that did not; read understands the vendor's ledger.
func Judge(h *history.History, read history.Reading) (Verdict, []Finding) {
	c := open(h, read)
	for _, s := range h.Stale {
		c.find("stale_rows", "%s", s)
	}
	c.lost()
	c.doubled()
	c.balanced()
	c.disordered()
	c.flickers()
	c.unexplained()
	v := Verdict{Accepted: len(c.accepted)}
	for _, f := range c.findings {
		*map[string]*int{
			"jobs_lost": &v.Lost, "duplicate_upstream_writes": &v.Doubled, "order_violations": &v.Disordered, "stale_rows": &v.Stale,
			"flickers": &v.Flickers, "dead_letters_unexplained": &v.Unexplained,
		}[f.What]++
	}
	return v, c.findings
}

// court is a history, looked up by what it is asked for.
type court struct {
	*history.History
	accepted []*history.Write
	jobs     map[uuid.UUID]*history.Job   // by request: the last that made it
	byID     map[uuid.UUID]*history.Job   // by id
	asked    map[uuid.UUID]*history.Write // by request
	deeds    []history.Deed               // the vendor's ledger
	made     map[*history.Write][]history.Deed
	replayed map[*history.Write]time.Time // those that somebody had made again, and when last
	late     map[*history.Write]bool      // those that the vendor took after they had been buried
	handled  map[uuid.UUID]bool           // the subjects with letters that somebody has dealt with
	into     map[string]string            // the vendor's id of the subject that one was merged into
	merged   map[string]time.Time         // the ids of subjects that others were merged into, and when first
	edits    map[string][]history.Deed    // what people changed, by the vendor's id of the subject
	strange  []history.Deed               // what the adapter changed and nobody asked
	findings []Finding
}

func open(h *history.History, read history.Reading) *court {
	c := &court{
		History: h, jobs: map[uuid.UUID]*history.Job{}, byID: map[uuid.UUID]*history.Job{}, asked: map[uuid.UUID]*history.Write{},
		made: map[*history.Write][]history.Deed{}, edits: map[string][]history.Deed{},
		replayed: map[*history.Write]time.Time{}, late: map[*history.Write]bool{}, handled: map[uuid.UUID]bool{},
		into: map[string]string{}, merged: map[string]time.Time{},
	}
	for i := range h.Jobs { // in the order of their making
		j := &h.Jobs[i]
		if first := c.byID[j.ReplayOf]; first != nil {
			j.Request = first.Request
		}
		c.jobs[j.Request], c.byID[j.ID] = j, j
	}
	for i := range h.Writes {
		w := &h.Writes[i]
		c.asked[w.Request] = w
		if !w.Accepted.IsZero() {
			c.accepted = append(c.accepted, w)
		}
	}
	for _, e := range h.Ledger {
		c.deeds = append(c.deeds, read(e))
	}
	c.merge()
	c.match()
	c.dealt()
	return c
}

// dealt finds what people did about dead letters.
func (c *court) dealt() {
	for _, l := range c.Letters {
		j := c.byID[l.Job]
		if j == nil || l.Resolution == "" || c.asked[j.Request] == nil {
			continue
		}
		w := c.asked[j.Request]
		c.handled[w.Subject] = true
		c.late[w] = c.late[w] || l.Resolution == "succeeded"
		if l.Resolution == "replayed" && l.Resolved.After(c.replayed[w]) {
			c.replayed[w] = l.Resolved
		}
	}
}

// returned reports whether a write was buried for a while: what it had hidden may have shown again.
func (c *court) returned(w *history.Write) bool { return c.again(w) || c.late[w] }

// again reports whether somebody had a write made again: what it did before tells nothing of its order or of what shows.
func (c *court) again(w *history.Write) bool {
	_, is := c.replayed[w]
	return is
}

// decided is when a write was last asked for by then, and whether that was a replay.
func (c *court) decided(w *history.Write, by time.Time) (at time.Time, again bool) {
	at = w.Began
	for _, l := range c.Letters {
		j := c.byID[l.Job]
		if l.Resolution == "replayed" && j != nil && c.asked[j.Request] == w && l.Resolved.After(at) && !l.Resolved.After(by) {
			at, again = l.Resolved, true
		}
	}
	return at, again
}

func (c *court) find(what, format string, args ...any) {
	c.findings = append(c.findings, Finding{what, fmt.Sprintf(format, args...)})
}

// dead is when a write's job was buried; false if it was not.
func (c *court) dead(w *history.Write) (time.Time, bool) {
	j := c.jobs[w.Request]
	if j == nil || j.State != history.Dead {
		return time.Time{}, false
	}
	return j.Ended, true
}

// label names a write for a person.
func (c *court) label(w *history.Write) string {
	job := "no job"
	if j := c.jobs[w.Request]; j != nil {
		job = "job " + j.ID.String()
	}
	return fmt.Sprintf("%s %s of %s %s (%s) by %s, %s, asked %s, accepted %s", w.Op, values(w.Values), w.Kind, w.Subject, c.Vendor[w.Subject], w.Writer, job, clock(w.Began), clock(w.Accepted))
}

func values(m map[string]string) string {
	var out string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		out += fmt.Sprintf("%s=%q ", k, m[k])
	}
	return out[:max(len(out)-1, 0)]
}

func clock(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("15:04:05.000")
}
