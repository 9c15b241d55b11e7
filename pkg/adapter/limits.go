package adapter

import (
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
)

// LimitSettings is what the vendor allows.
type LimitSettings struct {
	Calls  int           `yaml:"calls" validate:"gte=0"`       // in each window; 0: no limit
	Window time.Duration `yaml:"window" validate:"gte=0"`      // the vendor's rolling window
	Share  float64       `yaml:"share" validate:"gte=0,lte=1"` // ours of it; default 0.8
	Burst  int           `yaml:"burst" validate:"gte=0"`       // at once, and so much less in the long run; default a 25th of our share
	Reads  bool          `yaml:"reads"`                        // only reads count: writes do not
	Low    float64       `yaml:"low" validate:"gte=0,lt=1"`    // part of our share from which on it runs low; 0: never said
}

// FloorSettings are the parts of the budget that each sort of call is sure of while it asks for more than it gets; what
// one does not ask for goes to the others, writes first. All zero: 0.4, 0.2, 0.1 and 0.05.
type FloorSettings struct {
	Write    float64 `yaml:"write" validate:"gte=0,lte=0.9"`
	Fetch    float64 `yaml:"fetch" validate:"gte=0,lte=0.9"`
	Sweep    float64 `yaml:"sweep" validate:"gte=0,lte=0.9"`
	Backfill float64 `yaml:"backfill" validate:"gte=0,lte=0.9"`
}

func (f FloorSettings) floors() budget.Floors {
	return budget.Floors{f.Write, f.Fetch, f.Sweep, f.Backfill}
}

func (c Connection) gate() gate.Config {
	terms := budget.Terms{AtOnce: c.Concurrency, Longest: c.Longest, Floors: c.Floors.floors(), Recovery: c.Recovery}
	for _, l := range c.limits() {
		terms.Limits = append(terms.Limits, budget.Limit(l))
	}
	return gate.Config{Budget: terms, Breaker: breaker.Config(c.Breaker), Hold: c.Hold}
}

func (c Connection) limits() []LimitSettings {
	if c.Limit == (LimitSettings{}) {
		return c.Limits
	}
	return append([]LimitSettings{c.Limit}, c.Limits...)
}

// check finds what contradicts itself in what a connection may do.
func (c Connection) check() error {
	names := map[string]bool{}
	for _, l := range c.limits() {
		limit := budget.Limit(l)
		switch {
		case (l.Calls == 0) != (l.Window == 0):
			return fmt.Errorf("limit: expects calls and window, not %d calls in %v", l.Calls, l.Window)
		case l.Burst > 0 && l.Burst > limit.Ours():
			return fmt.Errorf("limit.burst: expects at most our share of the calls, which is %d, not %d", limit.Ours(), l.Burst)
		case names[limit.Name()]:
			return fmt.Errorf("limits: expects one limit per window, not several in %v", l.Window)
		}
		names[limit.Name()] = true
	}
	if f := c.Floors; f.Write+f.Fetch+f.Sweep+f.Backfill > 1 {
		return fmt.Errorf("floors: expects no more than 1 together, not %v", f.Write+f.Fetch+f.Sweep+f.Backfill)
	}
	return nil
}
