package mirror

import (
	"slices"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// learn judges o and makes e hold what it says.
func (t *Table) learn(e *Entity, o Observation, now Moment) Verdict {
	v := t.judge(e, o, now)
	t.hold(e, o, &v, now)
	return v
}

// hold makes e hold what o says, as far as the verdict goes.
func (t *Table) hold(e *Entity, o Observation, v *Verdict, now Moment) {
	if v.Apply {
		t.apply(e, o, now)
	}
	if v.Close {
		version, at := t.marks(e, o, v.newer)
		if v.Apply || t.rules.on(ruleEqualMoves) {
			e.VendorVersion, e.VendorTime = version, at
		}
		e.Closed = now
	}
	t.unfold(e, v.Unfold)
	t.suspect(e, o, *v)
	if v.told() && v.Outcome != Stale {
		e.AsOf = later(e.AsOf, o.at(now))
	}
	if v.FetchAt.IsZero() && (o.Source == Fetch || o.Source == Sweep && e.leaves(o)) {
		v.FetchAt = t.awaited(e, now)
	}
}

// leaves reports whether a row of a listing lacks fields that a settled write set: no listing will ever show it, and the look
// that was queued for it may have failed for good.
func (e *Entity) leaves(o Observation) bool {
	return slices.ContainsFunc(e.Writes, func(w PendingWrite) bool { return w.Settled.Seq != 0 && !o.covers(w) })
}

// awaited is when a look can show the settled writes that are still folded over e; zero: there are none. A fetch that
// came too early for them has used up the one that was queued; one that came in time and did not show them is repeated
// further and further apart.
func (t *Table) awaited(e *Entity, now Moment) time.Time {
	var at time.Time
	for _, w := range e.Writes {
		if w.Settled.Seq == 0 {
			continue
		}
		look := w.Settled.At.Add(t.rules.readLag)
		if age := now.At.Sub(w.Settled.At); !look.After(now.At) {
			look = now.At.Add(min(max(age, leastPatience), mostPatience))
		}
		at = later(at, look)
	}
	return at
}

const (
	leastPatience = 100 * time.Millisecond
	mostPatience  = time.Hour
)

// apply makes o the confirmed state of e.
func (t *Table) apply(e *Entity, o Observation, now Moment) {
	if o.Presence == Present {
		e.Confirmed = t.merged(e, o)
		e.Payload = mergePayload(e.Payload, o)
	} else {
		t.bury(e, now.At)
	}
	e.Digest = digest(e.Confirmed, t.rules.noise, t.rules.translation)
}

// bury marks the confirmed state as deleted since at.
func (t *Table) bury(e *Entity, at time.Time) {
	if e.Confirmed == nil {
		e.Confirmed = t.fresh()
	}
	setMirror(e.Confirmed, &typev1.MirrorState{DeleteTime: timestamppb.New(at)})
}

// unfold takes writes that were seen off e. Of the dead nothing more will be seen: what the vendor last had includes
// what it took from us before.
func (t *Table) unfold(e *Entity, seen []uuid.UUID) {
	if e.dead() && len(seen) > 0 {
		for _, w := range e.Writes {
			if w.Patch != nil && slices.Contains(seen, w.ID) {
				t.lay(e.Confirmed, w.Patch, w.over(e.Confirmed))
			}
		}
		e.Digest = digest(e.Confirmed, t.rules.noise, t.rules.translation)
	}
	e.unfold(seen...)
}

// merged is e's confirmed state with what o covers laid over it.
func (t *Table) merged(e *Entity, o Observation) Message {
	m := t.fresh()
	if e.Confirmed != nil {
		m = clone(e.Confirmed)
	}
	if o.State != nil {
		overlay(m, o.State, o.paths())
		t.lay(m, o.State, o.Covers.Some)
	}
	m.ProtoReflect().Clear(field(m, "mirror"))
	return m
}

func (t *Table) suspect(e *Entity, o Observation, v Verdict) {
	switch {
	case v.Outcome == Suspected && e.SuspectedAt.IsZero():
		e.SuspectedAt = o.Opened.At
	case v.Outcome == Tombstoned, o.Presence == Present && t.rules.on(ruleSighting):
		e.SuspectedAt = time.Time{}
	}
}

func later(a, b time.Time) time.Time { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }
