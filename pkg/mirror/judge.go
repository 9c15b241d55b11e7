package mirror

import (
	"bytes"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Outcome is what became of an observation.
type Outcome uint8

// The outcomes.
const (
	Unchanged  Outcome = iota // it told nothing new
	Inserted                  // first sight
	Changed                   // applied
	Overlapped                // nobody knows which is newer: the row stays, a fetch is queued
	Stale                     // the vendor's own version says that it is older
	Suspected                 // a first absence
	Tombstoned                // gone
	Revived                   // back from the dead, by newer news
	Dropped                   // absence of what was never there, or a parent not known yet
	Merged                    // it lives on as another, or under another id
	Withheld                  // too many absences at once to believe one: the row stays, somebody should look
)

// Verdict is what is to be done about an observation.
type Verdict struct {
	Outcome Outcome
	// Close: the row's Closed moves to now.
	Close bool
	// Apply: the confirmed state changes.
	Apply bool
	// FetchAt is when the entity needs another look; zero: it does not.
	FetchAt time.Time
	// Soon: it should be looked at at once as well; only the look at FetchAt counts.
	Soon bool
	// Unfold lists the settled writes whose effect this observation shows.
	Unfold []uuid.UUID

	newer bool // than what the row held
	news  bool // nothing but what was pushed, or listed, asks for the look
}

// told reports whether the row now holds what the observation said, or something newer.
func (v Verdict) told() bool {
	return !slices.Contains([]Outcome{Overlapped, Suspected, Dropped, Withheld}, v.Outcome)
}

// judge decides what o means for e at now. It changes nothing. These rules are run as a model in model_test.go, with
// each one left out in turn.
func (t *Table) judge(e *Entity, o Observation, now Moment) Verdict {
	newer, older := t.newer(e, o)
	switch {
	case o.Presence == Absent:
		return t.absent(e, o, now, newer)
	case e.Confirmed == nil:
		return t.first(e, o, now, newer)
	case older:
		return Verdict{Outcome: Stale}
	case t.equal(e, o):
		return t.unchanged(e, o, newer)
	case !newer && t.rules.on(ruleOverlap):
		return t.overlapped(o, now)
	}
	v := Verdict{Outcome: Changed, Apply: true, Close: true, Unfold: t.seen(e, o), newer: true}
	switch {
	case o.Presence == Deleted:
		v.Outcome = Tombstoned
	case e.dead():
		v.Outcome = Revived
	}
	return v
}

// unchanged leaves the row as it is, but where o shows a settled write: what that set may be noise, which only o has.
func (t *Table) unchanged(e *Entity, o Observation, newer bool) Verdict {
	seen := t.seen(e, o)
	return Verdict{
		Close: t.closes(e, o, newer) || len(seen) > 0, Apply: len(seen) > 0 && o.Presence == Present,
		Unfold: seen, newer: newer,
	}
}

// first judges the first state seen. There is nothing to lose, so it is applied even where it overlapped with the
// acceptance of our create or with an absence; then a later look has the last word.
func (t *Table) first(e *Entity, o Observation, now Moment, newer bool) Verdict {
	v := Verdict{Outcome: Inserted, Apply: true, Close: true, Unfold: t.seen(e, o), newer: true}
	switch {
	case o.Presence == Deleted && e.ghost():
		v.Outcome = Dropped
	case o.Presence == Deleted:
		v.Outcome = Tombstoned
	case !newer && (e.Closed.Seq != 0 || o.hint()):
		look := t.overlapped(o, now)
		v.FetchAt, v.Soon, v.news = look.FetchAt, look.Soon, look.news
	}
	return v
}

// overlapped leaves the row as it is and asks for a look that cannot overlap with what is known now. What was pushed is
// news: it is looked at at once too.
func (t *Table) overlapped(o Observation, now Moment) Verdict {
	return Verdict{Outcome: Overlapped, FetchAt: now.At.Add(t.rules.readLag), Soon: o.Source == Snapshot, news: o.Source == Snapshot || o.Source == Sweep}
}

// absent judges an absence: a suspicion at first, for young and old alike; a tombstone at the second look.
func (t *Table) absent(e *Entity, o Observation, now Moment, newer bool) Verdict {
	ghost, due := e.ghost(), e.SuspectedAt.Add(t.SecondLook())
	switch {
	case e.dead():
		return t.unchanged(e, o, newer)
	case !newer:
		return t.overlapped(o, now)
	case !t.rules.on(ruleTwoAbsences):
	case e.SuspectedAt.IsZero():
		return Verdict{Outcome: Suspected, Close: ghost, newer: true, FetchAt: now.At.Add(t.SecondLook())}
	case o.Opened.At.Before(due):
		return Verdict{Outcome: Suspected, Close: ghost, newer: true, FetchAt: due}
	case o.Source == Sweep: // a listing buries nothing by itself, however often it lacks the entity
		return Verdict{Outcome: Suspected, Close: ghost, newer: true, FetchAt: now.At}
	}
	if ghost {
		return Verdict{Outcome: Dropped, Close: true, newer: true}
	}
	return Verdict{Outcome: Tombstoned, Apply: true, Close: true, Unfold: t.seen(e, o), newer: true}
}

// equal says whether o tells of e nothing that e does not hold already, noise aside.
func (t *Table) equal(e *Entity, o Observation) bool {
	switch {
	case e.Confirmed == nil || (o.Presence == Deleted) != e.dead():
		return false
	case o.Presence == Deleted:
		return true
	}
	return bytes.Equal(e.Digest, digest(t.merged(e, o), t.rules.noise, t.rules.translation))
}
