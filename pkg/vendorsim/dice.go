package vendorsim

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// Dice is seeded randomness: the same seed and the same questions give the same answers. It may be shared.
type Dice struct {
	mu  sync.Mutex
	rng *rand.Rand
}

// NewDice is Dice for a seed.
func NewDice(seed uint64) *Dice {
	return &Dice{rng: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))} //nolint:gosec // repeatable on purpose
}

// Hit is true for a share of the calls. A rate of 0 draws nothing, so a calm plan leaves the sequence alone.
func (d *Dice) Hit(rate float64) bool {
	if rate <= 0 {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng.Float64() < rate
}

// N is a number from 0 to n-1; 0 if n is not positive.
func (d *Dice) N(n int) int {
	if n <= 0 {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rng.IntN(n)
}

// Upto is a duration from 0 to limit.
func (d *Dice) Upto(limit time.Duration) time.Duration { return time.Duration(d.N(int(limit) + 1)) }

// UUID is a version 4 UUID out of the dice.
func (d *Dice) UUID() string {
	d.mu.Lock()
	hi, lo := d.rng.Uint64(), d.rng.Uint64()
	d.mu.Unlock()
	hi = hi&^0xf000 | 0x4000
	lo = lo&^(3<<62) | 2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", hi>>32, hi>>16&0xffff, hi&0xffff, lo>>48, lo&0xffffffffffff)
}
