package mirror

import (
	"math/rand/v2"

	"pgregory.net/rapid"
)

// chooser drives a model: rapid does, to search and to shrink; a plain source does, to pin what was found.
type chooser interface {
	// pick is one of 0 … n-1.
	pick(label string, n int) int
	logf(format string, args ...any)
}

type rapidly struct{ *rapid.T }

func (r rapidly) pick(label string, n int) int    { return rapid.IntRange(0, n-1).Draw(r.T, label) }
func (r rapidly) logf(format string, args ...any) { r.Logf(format, args...) }

// seeded is a source that makes the same choices for the same seed, for ever.
type seeded struct {
	*rand.Rand
	log func(format string, args ...any)
}

func seed(n uint64) seeded { return seeded{Rand: rand.New(rand.NewPCG(n, 0)), log: nil} }

func (s seeded) pick(_ string, n int) int { return s.IntN(n) }

func (s seeded) logf(format string, args ...any) {
	if s.log != nil {
		s.log(format, args...)
	}
}

// one picks one of several values.
func one[T any](c chooser, label string, of ...T) T { return of[c.pick(label, len(of))] }

// chance is true n times out of of.
func chance(c chooser, label string, n, of int) bool { return c.pick(label, of) < n }
