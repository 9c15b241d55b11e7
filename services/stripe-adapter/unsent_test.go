package main

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// door is a way to the vendor that can be shut: then connections are refused, and those that there are end.
type door struct {
	testing.TB
	at, to string

	mu     sync.Mutex
	lis    net.Listener
	conns  []net.Conn
	closed bool
	under  sync.WaitGroup
}

// doorTo is an open one.
func doorTo(t testing.TB, url string) *door {
	t.Helper()
	d := &door{TB: t, at: adaptertest.Address(t), to: strings.TrimPrefix(url, "http://")}
	d.open()
	t.Cleanup(d.shut)
	return d
}

func (d *door) open() {
	d.Helper()
	lis, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", d.at)
	d.lis, d.closed = adaptertest.Asked(d, lis, err), false
	d.under.Go(func() {
		for {
			c, err := lis.Accept()
			if err != nil {
				return
			}
			d.under.Go(func() { d.pass(c) })
		}
	})
}

func (d *door) shut() {
	_ = d.lis.Close()
	d.mu.Lock()
	d.closed = true
	for _, c := range d.conns {
		_ = c.Close()
	}
	d.conns = nil
	d.mu.Unlock()
	d.under.Wait()
}

func (d *door) pass(from net.Conn) {
	defer func() { _ = from.Close() }()
	to, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", d.to)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	d.mu.Lock()
	d.conns = append(d.conns, from, to)
	late := d.closed
	d.mu.Unlock()
	if late {
		return
	}
	d.under.Go(func() { _, _ = io.Copy(to, from); _ = to.Close() })
	_, _ = io.Copy(from, to)
}

// What was refused a connection was not sent, and everybody knows it: it is asked for again under the key that it had, as soon as Stripe can
// be reached, and nobody looks for it before.
func TestARefundThatNeverLeftIsSentAgainUnderItsKeyAndNotLookedFor(t *testing.T) {
	t.Parallel()
	s := newShop(sim.Config{})
	v := adaptertest.Simulate(t, "acme", s.vendor())
	way := doorTo(t, v.URL)
	s.more = with{"base_url": "http://" + way.at, "breaker.min_calls": 1000}
	a := through(t, s, v, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h"})
	a.Filled()
	paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
	a.Agrees()
	a.Silence()
	before := a.Requests()
	way.shut()
	giving := a.refund(paid.GetName(), usd(500))
	pending := giving.GetMirror().GetPendingWrites()[0].GetJob()
	a.tried(pending, 2)
	way.open()
	if r := a.given(giving.GetName()); r.GetState() != paymentsv1.Refund_STATE_SUCCEEDED || r.GetMirror().GetRefusal() != nil {
		t.Errorf("given: %v", r)
	}
	a.once("refund", "create", 1)
	id := uuid.MustParse(pending[strings.LastIndexByte(pending, '/')+1:])
	if key := a.Ours("refund", "create")[0].Marks["idempotency_key"]; key != "breakwater-"+id.String() {
		t.Errorf("it was asked for under %s", key)
	}
	tries := a.Job(pending).GetAttempts()
	for i, x := range tries {
		if last := i == len(tries)-1; x.GetAction() != "attempt" || !last && x.GetReason() != upstream.ReasonConnect {
			t.Errorf("attempt %d: %v", i, x)
		}
	}
	for _, route := range []string{"GET /v1/refunds 200", "GET /v1/events 200"} {
		if n := a.Requests()[route] - before[route]; n > 0 {
			t.Errorf("%s %d times: somebody looked for it", route, n)
		}
	}
}
