package budget

import (
	"math"
	"time"
)

// Limit is one of the things that a vendor allows: Calls in every window of length Window, of which Share is ours.
// A rate is a limit with a short window. The zero value allows everything.
type Limit struct {
	Calls  int           // 0: no limit
	Window time.Duration // rolling
	Share  float64       // 0 < Share <= 1; the rest is left for the company's other systems; 0 means 0.8
	Burst  int           // calls that may be made at once after a pause; 0 means a 25th of our share
	Reads  bool          // writes do not count: a read allowance
	// Low is the part of our share from which on it runs low; how much of a window is used is known of those limits alone. 0: it never does.
	Low float64
}

// Name tells a key's limits apart: two of one key differ in their window or in what they count.
func (l Limit) Name() string {
	if l.Reads {
		return l.Window.String() + " reads"
	}
	return l.Window.String()
}

func (l Limit) limits() bool { return l.Calls > 0 && l.Window > 0 }

func (l Limit) counts(c Class) bool { return !l.Reads || c != Write }

// Ours is our share of the calls in a window.
func (l Limit) Ours() int { return l.ours(1) }

func (l Limit) ours(factor float64) int {
	share := l.Share
	if share <= 0 || share > 1 {
		share = 0.8
	}
	return scaled(l.Calls, share*factor)
}

// pace is what a limit comes to: how much its bucket holds and how fast it fills.
type pace struct {
	size float64
	rate float64 // calls a second
}

// slack is what is left of the one call by which size and refill may exceed our share: calls are whole, so that a window
// in which less than one more than our share runs through the bucket holds no more than our share.
const slack = 0.98

// pace is the limit's when only factor of it may be used. A full bucket and what flows in during a window are together
// never more than our share, so that no window holds more, wherever it begins. So the smaller the burst, the more can be
// used steadily: by default 24 of 25 parts.
func (l Limit) pace(factor float64) pace {
	ours := float64(l.ours(factor))
	size := math.Ceil(ours / 25)
	if l.Burst > 0 {
		size = math.Min(float64(l.Burst), ours)
	}
	size = math.Max(1, size)
	return pace{size: size, rate: (ours - size + slack) / l.Window.Seconds()}
}

// Learned is what the vendor's refusals taught: that only a part of the limits may be used. The zero value is all of it.
type Learned struct {
	Part float64       `json:"part,omitempty"`
	At   time.Time     `json:"at,omitzero"`
	Over time.Duration `json:"over,omitempty"` // in which all of it comes back, most of it at first; 0: Recovery
}

// Recovery is the time in which what was learned is forgotten, unless Terms say otherwise.
const Recovery = 8 * time.Hour

const (
	lowered = 0.75 // by one refusal
	least   = 0.1  // that is left after however many
	steep   = 4    // how much faster than evenly what is missing comes back at first
)

// Factor is the part that may be used at now: what was learned, and with time more. The more is missing, the faster it comes back: a
// storm of refusals during a vendor's bad hour says little of what it allows, and one a day says all of it.
func (l Learned) Factor(now time.Time) float64 {
	if l.At.IsZero() {
		return 1
	}
	over := l.Over
	if over <= 0 {
		over = Recovery
	}
	gone := math.Max(0, now.Sub(l.At).Seconds()) / over.Seconds()
	if gone >= 1 {
		return 1
	}
	return l.Part + (1-l.Part)*(1-math.Exp(-steep*gone))
}

// Lower is what is learned when the vendor refuses a call for being one too many, though we thought it allowed, to be
// forgotten over a time; 0: Recovery.
func (l Learned) Lower(now time.Time, over time.Duration) Learned {
	return Learned{Part: math.Max(least, l.Factor(now)*lowered), At: now, Over: over}
}
