package budget

import (
	"math"
	"time"
)

const (
	// patience is how much later than it was told a class may ask again before what it is owed is forgotten.
	patience = 2 * time.Second
	// grace is how much later it may do so before the classes after it may take the calls that it lacks.
	grace = 250 * time.Millisecond
)

// Turn is the demand of one class on one limit.
type Turn struct {
	Short int       `json:"short,omitempty"` // calls that it asked for last and did not get
	Owed  float64   `json:"owed,omitempty"`  // its floor of what others got since it asks
	Until time.Time `json:"until,omitzero"`  // when it is forgotten, unless it asks again
}

// Turns is whose turn it is on one limit.
type Turns [classes]Turn

// expire forgets those who did not ask again.
func (t *Turns) expire(now time.Time) {
	for i := range t {
		if !now.Before(t[i].Until) {
			t[i] = Turn{}
		}
	}
}

// mine is how many calls class c is owed, in whole ones.
func (t *Turns) mine(c Class) float64 { return math.Floor(t[c].Owed + epsilon) }

// debts is what class c has to leave to those who lack calls.
type debts struct {
	owed    float64 // to all of them
	lacking float64 // what those before c asked for
}

func (t *Turns) debts(c Class, now time.Time) (o debts) {
	for d := range Class(classes) {
		if d == c || t[d].Short == 0 {
			continue
		}
		o.owed += t.mine(d)
		if d < c && now.Before(t[d].Until.Add(grace-patience)) {
			o.lacking += float64(t[d].Short)
		}
	}
	return o
}

// took notes that class c got calls and lacks some more; it is forgotten at until.
func (t *Turns) took(c Class, got, short int, f Floors, size float64, until time.Time) {
	for d := range t {
		if Class(d) != c && !t[d].Until.IsZero() {
			t[d].Owed = math.Min(t[d].Owed+float64(got)*f[d]/(1-f[d]), 2+f[d]*size)
		}
	}
	t[c] = Turn{Short: short, Owed: math.Max(0, t[c].Owed-float64(got)), Until: until}
}
