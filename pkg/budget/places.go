package budget

import (
	"slices"
	"time"
)

// Places is who is calling at the moment, where a vendor limits that. A place is known by the time at which it is free
// again by itself, and by nothing else: places that end at the same time are the same.
type Places struct {
	Held     []time.Time `json:"held,omitempty"`     // calls under way
	Promised []time.Time `json:"promised,omitempty"` // calls taken, and not yet begun
	Turns    Turns       `json:"turns,omitzero"`
}

const (
	promised  = 10 * time.Second // between a call's taking and its beginning
	placeWait = 100 * time.Millisecond
)

func (p *Places) expire(now time.Time) {
	over := func(t time.Time) bool { return !t.After(now) }
	p.Held, p.Promised = slices.DeleteFunc(p.Held, over), slices.DeleteFunc(p.Promised, over)
}

// Begin turns a place that was taken into a call under way, and says at which time the place is free again unless End
// gives it back before. Whoever holds a place until a time, and has not given it back, goes on in that one. Not ok: the promise
// has run out meanwhile, and there is no place.
func (a *Account) Begin(t Terms, held, now time.Time) (until time.Time, ok bool) {
	p := &a.Places
	p.expire(now)
	switch mine := slices.IndexFunc(p.Held, held.Equal); {
	case mine >= 0:
		p.Held = slices.Delete(p.Held, mine, mine+1)
	case len(p.Promised) > 0:
		p.Promised = slices.Delete(p.Promised, 0, 1)
	case len(p.Held) >= t.atOnce(a.Learned.Factor(now)):
		return time.Time{}, false
	}
	longest := t.Longest
	if longest <= 0 {
		longest = time.Minute
	}
	until = now.Add(longest)
	p.Held = append(p.Held, until)
	return until, true
}

// End gives back a place that Begin gave until that time.
func (a *Account) End(until time.Time) {
	if i := slices.IndexFunc(a.Places.Held, until.Equal); i >= 0 {
		a.Places.Held = slices.Delete(a.Places.Held, i, i+1)
	}
}

// placed is the places under their limit.
type placed struct {
	most   int
	places *Places
	now    time.Time
}

func (p placed) turns() *Turns { return &p.places.Turns }

func (p placed) size() float64 { return float64(p.most) }

func (p placed) free(c Class) int {
	empty := p.most - len(p.places.Held) - len(p.places.Promised)
	o := p.turns().debts(c, p.now)
	mine := min(int(p.turns().mine(c)), empty)
	return max(0, mine, empty-int(o.owed)-min(int(o.lacking), max(1, p.most-1)))
}

func (p placed) spend(n int) {
	for range n {
		p.places.Promised = append(p.places.Promised, p.now.Add(promised))
	}
}

func (p placed) wait(Class) time.Duration { return placeWait }
