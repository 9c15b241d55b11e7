package stripe

import (
	"context"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

const (
	firstPause = time.Second // of an operation, after a 429 of its own
	maxPause   = 30 * time.Second
)

// paces hold back single operations. Besides the account's limits Stripe has one for each: what is over that is no reason to hold the
// account [official: docs.stripe.com/rate-limits, "endpoint-rate"]. Each replica learns it for itself.
type paces struct {
	next upstream.Gate // the account's; nil: always open

	mu   sync.Mutex
	held map[string]pause // by operation: as many as there are
}

// pause is how long an operation is held back, and how long it was.
type pause struct {
	until time.Time
	last  time.Duration
}

// operation is what Stripe counts by: a route, and whether it is read or written; empty: none of ours.
func operation(ctx context.Context) string {
	a, _ := ctx.Value(askKey{}).(ask)
	if a.route == "" || upstream.Reads(ctx) {
		return a.route
	}
	return "write " + a.route
}

// Pass asks the account's gate, unless the operation itself is held back.
func (p *paces) Pass(ctx context.Context) error {
	p.mu.Lock()
	wait := time.Until(p.held[operation(ctx)].until)
	p.mu.Unlock()
	if wait > 0 {
		return &fault.Error{Kind: fault.Unavailable, Reason: upstream.ReasonGate, Message: "this operation may not be called now", RetryAfter: wait}
	}
	if p.next == nil {
		return nil
	}
	return p.next.Pass(ctx)
}

// Report keeps an operation's own 429 from the account's gate: for that Stripe is well.
func (p *paces) Report(ctx context.Context, o upstream.Outcome) {
	if o.Fault != nil && o.Fault.Reason == ReasonPacedRoute {
		p.hold(operation(ctx), o.Fault.RetryAfter)
		f := *o.Fault
		f.Kind = fault.Conflict
		o.Fault = &f
	} else if o.Fault == nil {
		p.mu.Lock()
		delete(p.held, operation(ctx))
		p.mu.Unlock()
	}
	if p.next != nil {
		p.next.Report(ctx, o)
	}
}

// hold is for as long as Stripe asks, or twice as long as the last time. Calls that were under way together are one.
func (p *paces) hold(operation string, asked time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.held[operation]
	if time.Now().Before(was.until) {
		return
	}
	next := min(max(2*was.last, firstPause), maxPause)
	if asked > 0 {
		next = min(asked, 10*maxPause)
	}
	p.held[operation] = pause{until: time.Now().Add(next), last: next}
}
