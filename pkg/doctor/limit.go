package doctor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Limit lets calls pass as the connection's terms allow, counted from nothing: a doctor is asked where there is no database
// yet, and where the gate that replicas share is shut. Unlike that gate it waits for its turn. It is safe for concurrent use.
type Limit struct {
	terms budget.Terms

	mu      sync.Mutex
	account budget.Account
	calls   int
	held    *fault.Error // what the vendor said when it had enough; nil: it has not
}

// NewLimit is a Limit by the connection's terms.
func NewLimit(t budget.Terms) *Limit {
	t.AtOnce = 0 // one call is under way at a time
	return &Limit{terms: t}
}

// Calls is how many have passed.
func (l *Limit) Calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.calls
}

// Pass waits until there is a call left. It gives up at once where that would be after ctx's deadline, and for good when the
// vendor had enough.
func (l *Limit) Pass(ctx context.Context) error {
	for {
		wait, err := l.take()
		if err != nil || wait == 0 {
			return err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
			return &fault.Error{
				Op: "doctor.Limit", Kind: fault.Throttled, Reason: "BUDGET", RetryAfter: wait,
				Message: fmt.Sprintf("no call is left for %v", wait.Round(time.Second)),
			}
		}
		turn := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			turn.Stop()
			return ctx.Err()
		case <-turn.C:
		}
	}
}

func (l *Limit) take() (wait time.Duration, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		return 0, l.held
	}
	got, wait := l.account.Take(l.terms, budget.Fetch, 1, time.Now())
	if got == 1 {
		l.calls++
		return 0, nil
	}
	return max(wait, time.Millisecond), nil
}

// Report stops everything once the vendor has had enough.
func (l *Limit) Report(_ context.Context, o upstream.Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if o.Fault != nil && o.Fault.Kind == fault.Throttled && l.held == nil {
		l.held = o.Fault
	}
}
