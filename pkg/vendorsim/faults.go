package vendorsim

import (
	"net/http"
	"slices"
	"sync"
)

// FaultsConfig is what Faults must know of its vendor. The zero value works.
type FaultsConfig struct {
	// Seed makes the same requests meet the same faults.
	Seed uint64
	// Refuse answers an error in the vendor's own words. Nil: the status with a plain text.
	Refuse func(w http.ResponseWriter, r *http.Request, status int)
	// Applied says whether an answer to a write means that something has changed, as a decline does to a payment. Nil: below 300.
	Applied func(status int) bool
	// Writes says whether a request changes something. Nil: every method but GET and HEAD.
	Writes func(r *http.Request) bool
}

// Faults holds the plan and plays it on requests. It may be shared.
type Faults struct {
	cfg  FaultsConfig
	dice *Dice

	mu   sync.Mutex
	plan Plan
}

// NewFaults is a calm vendor.
func NewFaults(cfg FaultsConfig) *Faults {
	if cfg.Refuse == nil {
		cfg.Refuse = func(w http.ResponseWriter, _ *http.Request, status int) {
			http.Error(w, http.StatusText(status), status)
		}
	}
	if cfg.Writes == nil {
		cfg.Writes = func(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }
	}
	if cfg.Applied == nil {
		cfg.Applied = func(status int) bool { return status < http.StatusMultipleChoices }
	}
	return &Faults{cfg: cfg, dice: NewDice(cfg.Seed)}
}

// Plan is the plan as it is now.
func (f *Faults) Plan() Plan {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.plan.clone()
}

// Set replaces the plan if it can be played.
func (f *Faults) Set(p Plan) error {
	return f.Change(func(Plan) (Plan, error) { return p, nil })
}

// Change replaces the plan by what edit makes of it; countdowns that run meanwhile are not lost.
func (f *Faults) Change(edit func(Plan) (Plan, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next, err := edit(f.plan.clone())
	if err != nil {
		return err
	}
	if err := next.Validate(); err != nil {
		return err
	}
	f.plan = next.clone()
	return nil
}

// For is the plan for one request: calm where the plan's routes do not reach.
func (f *Faults) For(r *http.Request) Plan {
	plan := f.Plan()
	if !plan.covers(r.URL.Path) {
		return Plan{}
	}
	return plan
}

// TakeExpiry is true once for each plan that expires tokens. The vendor then forgets every token it has issued.
func (f *Faults) TakeExpiry() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	due := f.plan.ExpireTokens
	f.plan.ExpireTokens = false
	return due
}

func (f *Faults) takeLoss() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.plan.LoseAnswers == 0 {
		return false
	}
	f.plan.LoseAnswers--
	return true
}

func (p Plan) clone() Plan {
	p.Routes = slices.Clone(p.Routes)
	p.Drift.Drop = slices.Clone(p.Drift.Drop)
	p.Drift.Retype = slices.Clone(p.Drift.Retype)
	return p
}
