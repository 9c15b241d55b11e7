package mirror

import (
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// apply is Store.Apply, and perhaps its shadow.
func (w *world) apply(s sight) {
	w.learn(s)
	if w.shadow != nil {
		w.shadow.apply(s.Observation)
	}
}

// learn is Store.Apply without Postgres.
func (w *world) learn(s sight) {
	o := s.Observation
	defer w.sighted(o)
	if w.row != nil {
		w.row.busy = w.busy(w.row)
		if w.table.ignores(w.row, o) {
			w.logf("  ignored")
			return
		}
	}
	w.adopt(o)
	e, isNew := w.row, w.row == nil
	if isNew {
		e = &Entity{Connection: "acme", VendorID: "1", UID: newID()}
	}
	now := w.moment()
	was := w.places[e]
	v := w.table.learn(e, o, now)
	if isNew && e.ghost() && !w.table.rules.on(ruleGhost) {
		return
	}
	w.row = e
	w.logf("  %d: %+v", v.Outcome, v)
	w.ordered(was, s, v)
	w.note(e, s, v)
	w.queue(v.looks(o.Ref, now)...)
	if v.Apply && !o.whole() && (v.Outcome == Inserted || v.Outcome == Revived) {
		w.ask(w.store.Hinted(o.Ref, now.At)) // as the kinds' cues do, which know that a part is no whole
	}
	w.show(e)
}

// sighted allows a wrong 404 only after the entity was found there later than the last 404: two are believed.
func (w *world) sighted(o Observation) {
	switch {
	case o.Presence == Absent:
		w.flaked = w.seq
	case o.asked() && o.Opened.Seq > w.flaked:
		w.flaked = 0
	}
}

// adopt is applying.adopt.
func (w *world) adopt(o Observation) {
	if o.Mark != (uuid.UUID{}) && o.Presence == Present && w.own != nil && w.own.VendorID == "" {
		w.own.Refusal = nil
		w.christen()
	}
}

// christen is Store.christen: what was seen under the vendor's id becomes one with what our create made.
func (w *world) christen() {
	if w.own == nil || w.own.VendorID != "" {
		return
	}
	if twin := w.row; twin != nil {
		w.logf("  merged")
		w.own.inherit(twin)
		w.places[w.own] = w.places[twin]
		for _, x := range w.writes {
			x.on = w.own
		}
	}
	w.own.VendorID, w.row = "1", w.own
}

// show folds e anew, and looks that its version counts what is visible.
func (w *world) show(e *Entity) {
	was, version := e.Effective, e.Version
	shown := w.table.refold(e)
	switch {
	case shown && e.Version != version+1, !shown && e.Version != version:
		w.fail("version", "version went from %d to %d, shown %v", version, e.Version, shown)
	case shown == (was != nil && proto.Equal(bare(was), bare(e.Effective))) && !e.ghost():
		w.fail("version", "shown %v, but it was %v and is %v", shown, was, e.Effective)
	}
	w.steady(e)
}

// bare is m without its version.
func bare(m Message) Message {
	m = clone(m)
	if state := m.GetMirror(); state != nil {
		state.Version = 0
	}
	return m
}

// settle is Store.Settle, and the job's own account of it, which may draw its moment a little later.
func (w *world) settle(x *write, seen *sight) {
	e := x.on
	if x.Creates {
		w.christen()
	}
	now := w.moment()
	var o *Observation
	was := w.places[e]
	if seen != nil {
		o = &seen.Observation
	}
	v, done := w.table.settle(e, x.ID, o, now)
	if seen != nil {
		w.ordered(was, *seen, v)
		w.note(e, *seen, v)
	}
	w.logf("  settled %v, done %v: %+v", x.ID[15], done, v)
	if w.shadow != nil {
		w.shadow.settle(x.ID, e.VendorID, o)
	}
	if at := e.write(x.ID); at >= 0 {
		w.time = w.time.Add(one(w, "late", 0, 5*time.Millisecond))
		e.Writes[at].Settled = w.moment()
		if w.shadow != nil {
			w.shadow.settled(x.ID, e.Writes[at].Settled)
		}
	}
	x.stage = accepted
	w.queue(v.looks(Ref{Kind: "ticket", VendorID: "1"}, now)...)
	w.show(e)
}

// refuse is Store.Refuse.
func (w *world) refuse(x *write) {
	x.stage = refused
	x.on.unfold(x.ID)
	x.on.Refusal = &typev1.Refusal{Job: JobName("acme", x.ID)}
	w.show(x.on)
	if w.shadow != nil {
		w.shadow.refuse(x.ID, x.on)
	}
	if got := x.on.Effective.GetMirror().GetRefusal().GetJob(); got != JobName("acme", x.ID) {
		w.fail("flicker", "the refusal of %v is not shown", x.ID)
	}
}
