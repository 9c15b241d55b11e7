package main

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// Promise 10: a key that was exchanged for another account's stops the connection, says so, and nothing crosses.
func TestAKeyOfAnotherAccountStopsTheConnection(t *testing.T) {
	t.Parallel()
	mine, other := newShop(sim.Config{Customers: 3}), newShop(sim.Config{Account: "acct_other", Customers: 7})
	var there atomic.Pointer[shop]
	there.Store(mine)
	v := mine.vendor()
	v.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if there.Load() == other && strings.HasPrefix(r.URL.Path, "/v1/") && r.URL.Path != "/v1/account" {
			t.Errorf("the other account was asked: %s %s", r.Method, r.URL)
		}
		there.Load().ServeHTTP(w, r)
	})
	s := adaptertest.Simulate(t, "acme", v)
	quick := with{"stripe.sweep.events": "200ms", "stripe.sweep.payments": "200ms", "stripe.sweep.lists": "200ms", "stripe.sweep.lag": "1ms", "stripe.sweep.overlap": "3s"}
	kit := adaptertest.Prepare(t, spec(), quick, s)
	first := kit.Start("a", "")
	first.Of(s, kinds()).Filled()
	first.Stop()

	there.Store(other)
	second := kit.Start("b", "")
	a := second.Of(s, kinds())
	adaptertest.Until(t, "it has stopped and says why", func() string {
		if said := a.Status().String(); !strings.Contains(said, stripe.ReasonOtherAccount) {
			return said
		}
		return ""
	})
	all, err := paymentsv1.NewCustomerServiceClient(second.Conn).ListCustomers(context.Background(), &paymentsv1.ListCustomersRequest{Parent: "connections/acme"})
	if err != nil || len(all.GetCustomers()) != 3 {
		t.Errorf("%d customers, %v; want the three of its own account", len(all.GetCustomers()), err)
	}

	second.Stop()
	there.Store(mine)
	third := kit.Start("c", "").Of(s, kinds())
	adaptertest.Until(t, "with its own key it goes on", func() string {
		if said := third.Status().String(); strings.Contains(said, stripe.ReasonOtherAccount) {
			return said
		}
		return ""
	})
	third.Agrees()
}
