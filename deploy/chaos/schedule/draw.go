package schedule

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// Stage is what acts are drawn for.
type Stage struct {
	Replicas  []string      // of the adapter
	Simulator string        // the vendor's
	Drift     Drift         // of its schema
	Tokens    bool          // it issues some that expire
	Lease     time.Duration // pauses of replicas are longer
	Settling  time.Duration // pauses of the vendor are shorter, and what a link holds back comes sooner
	ReadLag   time.Duration // stale reads are no older
	Absent    time.Duration // what was just created is hidden for less
}

// Drift is how a vendor's schema may change overnight, so that its adapter can tell.
type Drift struct {
	What   string   // in words: "tickets"
	Fields []string // that were always there
	Routes []string // of requests
}

// Schedule is all that is done.
type Schedule struct {
	Seed   uint64
	Length time.Duration
	Vendor time.Duration            // how far the vendor's clock is ahead
	Clocks map[string]time.Duration // how far each replica's is, at first
	Acts   []Act                    // in the order of their time
}

// The farthest that clocks are apart.
const (
	vendorClock  = 10 * time.Minute
	replicaClock = 2 * time.Minute
)

// Draw is the schedule of a seed. Each lane has dice of its own.
func Draw(seed uint64, length time.Duration, on Stage) Schedule {
	clocks := dice{rand.New(rand.NewPCG(seed, 1))}
	s := Schedule{Seed: seed, Length: length, Vendor: clocks.skew(vendorClock), Clocks: map[string]time.Duration{}}
	for _, r := range on.Replicas {
		s.Clocks[r] = clocks.skew(replicaClock)
	}
	s.Acts = slices.Concat(
		lane(Parts, dice{rand.New(rand.NewPCG(seed, 2))}, length, 4*time.Second, on, parts),
		lane(Links, dice{rand.New(rand.NewPCG(seed, 3))}, length, 2500*time.Millisecond, on, links),
		lane(Vendors, dice{rand.New(rand.NewPCG(seed, 4))}, length, 3*time.Second, on, vendors),
	)
	slices.SortStableFunc(s.Acts, func(a, b Act) int { return cmp.Compare(a.At, b.At) })
	return s
}

// lane deals acts from a shuffled deck, with pauses of at most so long between, until the time is over; then the deck is shuffled again. So
// even a short run meets different things, and a long one meets all of them.
func lane(name Lane, d dice, length, breath time.Duration, on Stage, deck func(dice, Stage) []Act) (acts []Act) {
	at := d.between(300*time.Millisecond, 2*time.Second)
	for {
		cards := deck(d, on)
		d.Shuffle(len(cards), func(i, j int) { cards[i], cards[j] = cards[j], cards[i] })
		for _, a := range cards {
			a.At, a.Lane = at, name
			if a.At+a.For > length-time.Second/2 {
				return acts
			}
			acts = append(acts, a)
			at += a.For + d.between(300*time.Millisecond, breath)
		}
	}
}

// dice is seeded randomness.
type dice struct{ *rand.Rand }

// between is a time, in steps that people can read.
func (d dice) between(least, most time.Duration) time.Duration {
	const step = 50 * time.Millisecond
	return least + time.Duration(d.Int64N(int64((most-least)/step)+1))*step
}

// skew is a clock's distance, either way.
func (d dice) skew(most time.Duration) time.Duration {
	return time.Duration(d.Int64N(int64(2*most/time.Second)+1))*time.Second - most
}

func (d dice) one(of []string) []string { return []string{of[d.IntN(len(of))]} }

// some is one of them, or all.
func (d dice) some(of []string) []string {
	if n := d.IntN(len(of) + 1); n < len(of) {
		return []string{of[n]}
	}
	return of
}
