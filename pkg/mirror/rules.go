package mirror

import (
	"time"
)

// rules are what a kind declares about its vendor, for judge.
type rules struct {
	readLag     time.Duration
	secondLook  time.Duration
	noise       []string
	translation int
	without     rule // rules left out: only the tests that prove each one needed set it
}

type rule uint32

const (
	ruleReadLag       rule = 1 << iota // newer means newer by at least the read lag
	ruleOverlap                        // an overlapped observation is not applied
	ruleEqualCloses                    // equal content from a fetch, write or snapshot moves Closed
	ruleEqualMoves                     // equal content moves the vendor's time and version
	ruleBusySweep                      // equal content from a sweep moves Closed while the entity is busy
	ruleVersion                        // between overlapped ones the vendor's version decides
	ruleWholeVersion                   // a version is kept only of what was seen whole
	ruleMargin                         // a snapshot is newer only by more than a second
	ruleNeverOlder                     // a vendor's time never says older
	ruleTwoAbsences                    // one absence is a suspicion
	ruleSighting                       // a sighting between clears a suspicion
	ruleGhost                          // an absence of what was never seen is remembered
	ruleFoldUntilSeen                  // a settled write stays folded until an observation opened later shows it
	ruleInOrder                        // settled writes are unfolded in lane order
	ruleAnswerCovers                   // an answer ends a write only if it covers what the write set
	rulesEnd
)

func (r rules) on(x rule) bool { return r.without&x == 0 }

// lag is how much later than the last close a request must be opened to bring newer news.
func (r rules) lag() time.Duration {
	if !r.on(ruleReadLag) {
		return 0
	}
	return r.readLag
}

// snapshotMargin is how much later, by the vendor's clock, a pushed snapshot must be to be called newer: that clock
// often ticks in seconds, and two changes in one second cannot be told apart.
const snapshotMargin = time.Second

// newer says whether o is known to be newer than what e holds, or known to be older; neither: they overlapped.
func (t *Table) newer(e *Entity, o Observation) (newer, older bool) {
	switch {
	case o.asked() && o.Opened.follows(e.Closed, t.rules.lag()):
		return true, false
	case t.rules.on(ruleVersion) && o.Version != nil && e.VendorVersion != nil && *o.Version != *e.VendorVersion:
		return *o.Version > *e.VendorVersion, *o.Version < *e.VendorVersion
	case o.Source == Snapshot && !o.VendorTime.IsZero() && !e.VendorTime.IsZero():
		later := o.VendorTime.Sub(e.VendorTime)
		newer = later > snapshotMargin || later >= 0 && !t.rules.on(ruleMargin)
		return newer, !newer && !t.rules.on(ruleNeverOlder)
	}
	return false, false
}

// closes says whether o, which told nothing new, moves Closed. Without it A→B→A fools the order: an answer B, asked for
// before the second A, would still look newer than the first A. A row of a listing does so only while the entity is
// busy, or when the vendor has another time or version for it: a sweep does not write what has not changed.
func (t *Table) closes(e *Entity, o Observation, newer bool) bool {
	if o.Source == Sweep {
		return e.busy && t.rules.on(ruleBusySweep) || t.moves(e, o, newer)
	}
	return t.rules.on(ruleEqualCloses)
}

// moves says whether o moves the vendor's time or version of e.
func (t *Table) moves(e *Entity, o Observation, newer bool) bool {
	version, at := t.marks(e, o, newer)
	return t.rules.on(ruleEqualMoves) && (!same(version, e.VendorVersion) || !at.Equal(e.VendorTime))
}

// marks are the vendor's version and time of e once o is taken in. What came without a time leaves none, so that a late
// snapshot cannot pass for newer than it; a version of a part is no version of the whole; and what is perhaps older
// than e says nothing of an e whose marks are not known.
func (t *Table) marks(e *Entity, o Observation, newer bool) (version *int64, at time.Time) {
	version, at = o.Version, o.VendorTime
	if !o.whole() && !same(o.Version, e.VendorVersion) && t.rules.on(ruleWholeVersion) ||
		!newer && e.VendorVersion == nil {
		version = nil
	}
	switch {
	case at.IsZero(), !newer && e.VendorTime.IsZero():
		return version, time.Time{}
	}
	return version, later(at, e.VendorTime)
}

func same(a, b *int64) bool { return a == b || a != nil && b != nil && *a == *b }

// ignores says whether o is a row of a listing that tells nothing new: it is compared, and neither locked nor written.
func (t *Table) ignores(e *Entity, o Observation) bool {
	if o.Source != Sweep || o.Presence != Present || o.renames() || !e.SuspectedAt.IsZero() || !t.equal(e, o) {
		return false
	}
	newer, _ := t.newer(e, o)
	return !t.closes(e, o, newer)
}
