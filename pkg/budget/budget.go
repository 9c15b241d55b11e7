// Package budget answers how many calls are left of what a vendor allows, and for whom. It is arithmetic: where the
// numbers are kept, and the time, come from the caller.
package budget

import (
	"math"
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

var classNames = [...]string{"write", "fetch", "sweep", "backfill"} //nolint:gochecknoglobals // a constant list

// String is the class as metrics and rows spell it.
func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return "unknown"
	}
	return classNames[c]
}

// Limit is what a vendor allows: Calls in every window of length Window, of which Share is ours.
// The zero value allows everything.
type Limit struct {
	Calls  int           // 0: no limit
	Window time.Duration // of the vendor's rolling window
	Share  float64       // 0 < Share <= 1; the rest is left for the company's other systems; 0 means 0.8
	Burst  int           // calls that may be made at once after a pause; 0 means a tenth of our share
}

// Unlimited reports whether the limit allows everything.
func (l Limit) Unlimited() bool { return l.Calls <= 0 || l.Window <= 0 }

func (l Limit) ours() float64 {
	share := l.Share
	if share <= 0 || share > 1 {
		share = 0.8
	}
	return math.Max(1, float64(l.Calls)*share)
}

// Size is the most that the bucket holds, in calls.
func (l Limit) Size() float64 {
	if l.Burst > 0 {
		return math.Min(float64(l.Burst), l.ours())
	}
	return math.Max(1, l.ours()/10)
}

// rate is the refill in calls a second: a full bucket plus the refill within one window never exceeds our share.
func (l Limit) rate() float64 {
	return math.Max((l.ours()-l.Size())/l.Window.Seconds(), 1/l.Window.Seconds())
}

// reserve is the part of the bucket that a class leaves for those before it.
func reserve(c Class) float64 {
	switch c {
	case Write:
		return 0
	case Fetch:
		return 0.1
	case Sweep:
		return 0.3
	case Backfill:
		return 0.5
	}
	return 1
}

// Bucket is what was left at a time. The zero value is an empty bucket a long time ago: full by now.
type Bucket struct {
	Level float64
	At    time.Time
}

// Refill is the bucket at now. Time that runs backwards refills nothing.
func (b Bucket) Refill(l Limit, now time.Time) Bucket {
	if l.Unlimited() {
		return Bucket{At: now}
	}
	if b.At.IsZero() {
		return Bucket{Level: l.Size(), At: now}
	}
	passed := math.Max(0, now.Sub(b.At).Seconds())
	return Bucket{Level: math.Min(l.Size(), b.Level+passed*l.rate()), At: now}
}

// Take takes up to want calls for class c and says how many it got; if none, after which time there will be one.
func (b Bucket) Take(l Limit, c Class, want int, now time.Time) (left Bucket, got int, wait time.Duration) {
	b = b.Refill(l, now)
	if l.Unlimited() {
		return b, want, 0
	}
	floor := reserve(c) * l.Size()
	if c != Write {
		floor = math.Min(floor, l.Size()-1) // a small bucket still serves every class when full
	}
	free := math.Floor(b.Level - floor + 1e-9)
	got = int(math.Max(0, math.Min(float64(want), free)))
	if got == 0 && want > 0 {
		missing := 1 + floor - b.Level
		wait = time.Duration(missing / l.rate() * float64(time.Second))
	}
	b.Level -= float64(got)
	return b, got, wait
}
