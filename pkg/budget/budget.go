// Package budget answers how many calls are left of what a vendor allows, and for whom. It is arithmetic: where the
// numbers are kept, and the time, come from the caller.
//
// Every limit of a key is a counter of its own, and a call must pass them all. On each of them the classes take turns:
// a class leaves room for those before it, and one that lacks calls is owed its floor of what the others get meanwhile.
// Nothing is kept for a class that does not ask.
package budget

import (
	"math"
	"slices"
	"time"
)

// Class is whose call it is. Lower classes go first.
type Class int16

// The classes.
const (
	Write Class = iota
	Fetch
	Sweep
	Backfill
)

const classes = 4

var classNames = [classes]string{"write", "fetch", "sweep", "backfill"} //nolint:gochecknoglobals // a constant list

// String is the class as metrics and rows spell it.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return "unknown"
	}
	return classNames[c]
}

// Floors is the part of every limit that a class is sure of while it asks for more than it gets. What is nobody's floor
// goes to the first class that asks. The zero value is 0.4 for writes, 0.2, 0.1, and 0.05 for backfills.
type Floors [classes]float64

func (f Floors) withDefaults() Floors {
	if f == (Floors{}) {
		return Floors{0.4, 0.2, 0.1, 0.05}
	}
	return f
}

// Terms is all that holds of one budget key at the same time. The zero value allows everything.
type Terms struct {
	Limits  []Limit
	AtOnce  int           // calls under way at once; 0: any number
	Longest time.Duration // that a call is under way: a place not given back by then is free again; 0 means 1 min
	Floors  Floors
	// Recovery is over how long it is forgotten what the vendor's refusals taught; 0 means 8 h. A vendor with short windows may
	// be tried again sooner.
	Recovery time.Duration
}

// atOnce is how many calls may be under way when only factor of the limits may be used. Where all calls are limited in number too, that
// is what is lowered: fewer are made, and so fewer at once. Both together would be paid for twice.
func (t Terms) atOnce(factor float64) int {
	if slices.ContainsFunc(t.Limits, func(l Limit) bool { return l.limits() && !l.Reads }) {
		return t.AtOnce
	}
	return scaled(t.AtOnce, factor)
}

// Unlimited reports whether the terms allow everything.
func (t Terms) Unlimited() bool { return t.AtOnce <= 0 && !slices.ContainsFunc(t.Limits, Limit.limits) }

// CountReads reports whether any of the limits is a read allowance.
func (t Terms) CountReads() bool {
	return slices.ContainsFunc(t.Limits, func(l Limit) bool { return l.Reads && l.limits() })
}

// MayRunLow reports whether any of the limits may.
func (t Terms) MayRunLow() bool {
	return slices.ContainsFunc(t.Limits, func(l Limit) bool { return l.limits() && l.Low > 0 })
}

// Account is what was used of a key's budget. The zero value is untouched.
type Account struct {
	Buckets map[string]*Bucket `json:"buckets,omitempty"` // by the limit's name
	Places  Places             `json:"places,omitzero"`
	Learned Learned            `json:"learned,omitzero"`
}

// counter is one limit as it stands.
type counter interface {
	free(c Class) int           // calls that c may make now
	spend(n int)                // they are made
	wait(c Class) time.Duration // about when there is one, if nobody else asks
	turns() *Turns
	size() float64 // the most calls that are ever free
}

// Take takes up to want calls for class c and says how many it got; if fewer, after which time to ask again.
func (a *Account) Take(t Terms, c Class, want int, now time.Time) (got int, wait time.Duration) {
	if want <= 0 {
		return 0, 0
	}
	counters := a.counters(t, c, now)
	got = want
	for _, x := range counters {
		got = min(got, x.free(c))
	}
	for _, x := range counters {
		free := x.free(c)
		x.spend(got)
		pause := time.Duration(0)
		if free < want {
			pause = x.wait(c)
		}
		x.turns().took(c, got, want-min(free, want), t.Floors.withDefaults(), x.size(), now.Add(pause+patience))
		wait = max(wait, pause)
	}
	return got, wait
}

// Charge takes n reads from the read allowances, whatever they hold: they are made for writes, whose calls are counted elsewhere.
func (a *Account) Charge(t Terms, n int, now time.Time) {
	factor := a.Learned.Factor(now)
	for _, l := range t.Limits {
		if l.Reads && l.limits() {
			a.bucket(l, factor, now).spend(l, n)
		}
	}
}

// Available is how many calls of class c could be made now.
func (a *Account) Available(t Terms, c Class, now time.Time) int {
	free := math.MaxInt
	for _, x := range a.counters(t, c, now) {
		free = min(free, x.free(c))
	}
	return free
}

// counters are the limits that count calls of class c, brought up to now.
func (a *Account) counters(t Terms, c Class, now time.Time) []counter {
	var all []counter
	factor := a.Learned.Factor(now)
	for _, l := range t.Limits {
		if !l.limits() || !l.counts(c) {
			continue
		}
		all = append(all, metered{pace: l.pace(factor), limit: l, bucket: a.bucket(l, factor, now), floors: t.Floors.withDefaults()})
	}
	if t.AtOnce > 0 {
		a.Places.expire(now)
		all = append(all, placed{most: t.atOnce(factor), places: &a.Places, now: now})
	}
	for _, x := range all {
		x.turns().expire(now)
	}
	return all
}

func (a *Account) bucket(l Limit, factor float64, now time.Time) *Bucket {
	if a.Buckets == nil {
		a.Buckets = map[string]*Bucket{}
	}
	b := a.Buckets[l.Name()]
	if b == nil {
		b = &Bucket{}
		a.Buckets[l.Name()] = b
	}
	b.refill(l.pace(factor), now)
	return b
}

func scaled(n int, factor float64) int { return max(1, int(float64(n)*factor+epsilon)) }

// epsilon forgives what adding fractions loses.
const epsilon = 1e-6
