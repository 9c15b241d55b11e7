package stripe_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// porter is a gate that is always open, and remembers what it is told.
type porter struct {
	mu   sync.Mutex
	told []fault.Kind
}

func (*porter) Pass(context.Context) error { return nil }

func (p *porter) Report(_ context.Context, o upstream.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if o.Fault != nil {
		p.told = append(p.told, o.Fault.Kind)
	}
}

// What is over the limit of one operation holds that one back, for a moment, and no other.
func TestA429OfOneOperationHoldsNoOther(t *testing.T) {
	for reason, row := range map[string]struct{ held, account bool }{
		"endpoint-rate": {true, false}, "endpoint-concurrency": {true, false}, "resource-specific": {false, false}, "global-rate": {false, true},
	} {
		t.Run(reason, func(t *testing.T) {
			calls, limit := map[string]int{}, reason
			gate := &porter{}
			c, ctx := pacedClient(t, gate, func(w http.ResponseWriter, r *http.Request) {
				calls[r.Method+" "+r.URL.Path]++
				if r.URL.Path == "/v1/refunds/re_1" && r.Method == http.MethodGet && limit != "" {
					w.Header().Set("Stripe-Rate-Limited-Reason", limit)
					w.WriteHeader(http.StatusTooManyRequests)
					_, _ = w.Write([]byte(`{"error":{"code":"rate_limit"}}`))
					return
				}
				_, _ = w.Write([]byte(`{"id":"re_1"}`))
			})
			_, err := c.Refund(ctx, "re_1")
			if f := fault.Of(err); f == nil || f.MayApply {
				t.Fatal(err)
			}
			if account := len(gate.told) == 1 && gate.told[0] == fault.Throttled; account != row.account {
				t.Errorf("the account's gate was told %v", gate.told)
			}
			limit = ""
			_, err = c.Refund(ctx, "re_2") // the same operation
			f := fault.Of(err)
			if held := f != nil && f.Reason == upstream.ReasonGate && f.RetryAfter > 0 && f.RetryAfter <= time.Second; held != row.held || calls["GET /v1/refunds/re_2"] == 1 == row.held {
				t.Errorf("%v, calls %v", err, calls)
			}
			if _, err := c.CancelRefund(ctx, "k", "re_1"); err != nil {
				t.Errorf("another operation: %v", err)
			}
			if _, err := c.Customer(ctx, "cus_1"); err != nil {
				t.Errorf("another operation: %v", err)
			}
		})
	}
}

func pacedClient(t *testing.T, gate upstream.Gate, h http.HandlerFunc) (*stripe.Client, context.Context) {
	t.Helper()
	server := serve(t, h)
	c, err := stripe.New(stripe.Config{BaseURL: server, Key: "sk_test_sim"}, upstream.Config{Connection: "acme", Gate: gate})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c, t.Context()
}
