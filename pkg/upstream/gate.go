package upstream

import (
	"context"
	"net/http"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Gate says whether the vendor may be called now. Whose budget a call takes, and how much was already granted, travels in
// ctx and is the gate's business.
type Gate interface {
	// Pass is asked immediately before every request and never waits for a place. Its error stops the request unsent.
	Pass(ctx context.Context) error
	// Report is told what came of every request that passed. ctx carries Pass's values, and does not end.
	Report(ctx context.Context, o Outcome)
}

// Outcome is what came of a request that passed the gate.
type Outcome struct {
	Fault    *fault.Error // nil: success
	Entity   string       // the call's; may be empty
	Duration time.Duration
	Ours     bool // the failure says nothing about the vendor: our deadline, a token of ours that had run out
}

type open struct{}

func (open) Pass(context.Context) error      { return nil }
func (open) Report(context.Context, Outcome) {}

// gate is the link that asks the gate.
type gate struct {
	next http.RoundTripper
	gate Gate
}

func (l gate) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, x := req.Context(), exchangeOf(req)
	if err := l.gate.Pass(ctx); err != nil {
		x.Fault = unsent(x.Op, ReasonGate, err)
		return nil, x.Fault
	}
	start := time.Now()
	resp, err := l.next.RoundTrip(req)
	l.gate.Report(context.WithoutCancel(ctx), Outcome{
		Fault: x.Fault, Entity: x.Entity, Duration: time.Since(start), Ours: x.ours(),
	})
	return resp, err
}
