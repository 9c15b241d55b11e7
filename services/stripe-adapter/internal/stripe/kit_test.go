package stripe_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// witness is the journal of a test.
type witness struct {
	mu   sync.Mutex
	rows []upstream.Exchange
}

func (w *witness) Record(x *upstream.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, *x)
}

func (w *witness) last() upstream.Exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rows[len(w.rows)-1]
}

// shop is a simulated account and our client for it.
type shop struct {
	*sim.Stripe
	*witness
	client *stripe.Client
	ctx    context.Context
}

func open(t *testing.T, c sim.Config, change func(*stripe.Config)) *shop {
	t.Helper()
	c.Limit, c.EndpointLimit = -1, -1
	s := sim.New(c)
	w := &witness{}
	return &shop{s, w, client(t, s, w, change), t.Context()}
}

func client(t *testing.T, h http.Handler, w *witness, change func(*stripe.Config)) *stripe.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	cfg := stripe.Config{BaseURL: server.URL, Key: "sk_test_sim"}
	if change != nil {
		change(&cfg)
	}
	made, err := stripe.New(cfg, upstream.Config{Connection: "acme", Journal: w})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.CloseIdleConnections)
	return made
}
