package budget

import (
	"math"
	"time"
)

// Bucket is what was left of one limit at a time. The zero value is an empty bucket a long time ago: full by now.
type Bucket struct {
	Level float64   `json:"level"`
	At    time.Time `json:"at"`
	Turns Turns     `json:"turns,omitzero"`
	Used  Used      `json:"used,omitzero"` // of a limit that may run low
}

// spend takes n calls out of the bucket of l, whatever it holds.
func (b *Bucket) spend(l Limit, n int) {
	b.Level -= float64(n)
	if l.Low > 0 {
		b.Used.add(l.Window, b.At, n)
	}
}

// refill brings the bucket up to now. Time that runs backwards refills nothing.
func (b *Bucket) refill(p pace, now time.Time) {
	if b.At.IsZero() {
		b.Level = p.size
	}
	b.Level = math.Min(p.size, b.Level+math.Max(0, now.Sub(b.At).Seconds())*p.rate)
	b.At = now
}

// standing is the part of the bucket that a class leaves for calls of those before it that nobody has asked for yet, so
// that they need not wait. It costs nothing: what flows in above it is anybody's.
func standing(c Class) float64 {
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

// metered is a bucket under its limit.
type metered struct {
	pace
	limit  Limit
	bucket *Bucket
	floors Floors
}

func (m metered) turns() *Turns { return &m.bucket.Turns }

func (m metered) size() float64 { return m.pace.size }

// left is what class c leaves in the bucket. Of one that is about to run over anybody may take a call; only where it
// holds one or two, those before c have a moment to come for theirs.
func (m metered) left(c Class, o debts) float64 {
	most := math.Max(0, m.pace.size-2)
	if o.lacking > 0 {
		most = math.Max(1, most)
	}
	return o.owed + math.Min(standing(c)*m.pace.size+o.lacking, most)
}

func (m metered) free(c Class) int {
	o := m.turns().debts(c, m.bucket.At)
	mine := math.Min(m.turns().mine(c), m.bucket.Level)
	return int(math.Max(0, math.Max(mine, m.bucket.Level-m.left(c, o))) + epsilon)
}

func (m metered) spend(n int) { m.bucket.spend(m.limit, n) }

func (m metered) wait(c Class) time.Duration {
	o := m.turns().debts(c, m.bucket.At)
	missing := math.Min(1+m.left(c, o), m.pace.size) - m.bucket.Level
	if o.lacking > 0 { // those before it take all but its floor
		missing = math.Min(missing, math.Max(1-m.bucket.Level, (1-m.turns()[c].Owed)/m.floors[c]))
	}
	if missing <= 0 {
		missing = 1 // by when the next call has flowed in, somebody will have been served
	}
	return time.Duration(missing/m.rate*float64(time.Second)) + time.Microsecond
}
