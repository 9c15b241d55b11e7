package main

import (
	"fmt"
	"io"
	"strings"
	"testing"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// running is an account whose reads run low from the second on, or do not.
func running(t *testing.T, low bool, settings with, cfg sim.Config) account {
	t.Helper()
	s := newShop(cfg)
	if low {
		s.more = with{"reads_low": 0.000001}
	}
	a := at(t, s, settings)
	a.Filled()
	return a
}

// looks is how many reads there were of single objects: those that a snapshot, the feed or a page of a list can spare.
func (a account) looks() (n int) {
	a.Helper()
	for route, times := range a.Requests() {
		if strings.HasPrefix(route, "GET /v1/") && strings.Contains(route, "{") {
			n += int(times) //nolint:gosec // few
		}
	}
	return n
}

// buy is a payment by a card that works, which a person makes.
func (s *shop) buy() string {
	var x struct{ ID string }
	s.must("POST", "/v1/payment_intents", form("amount", "5000", "currency", "usd", "confirm", "true", "payment_method", "pm_card_visa", "payment_method_types[0]", "card"), &x)
	return x.ID
}

// Promise 8: while the reads of a month run low, what events leave open waits for the next page of a list, which settles a hundred for
// one read; and nothing is stale in the end.
func TestWhatEventsLeaveOpenIsLeftToTheListsWhileReadsRunLow(t *testing.T) {
	t.Parallel()
	for name, low := range map[string]bool{"there are enough": false, "they run low": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := running(t, low, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "2s", "stripe.sweep.lists": "500ms"}, sim.Config{})
			before := a.looks()
			for i := range 15 {
				intent := a.shop.buy()
				a.shop.must("POST", "/v1/refunds", form("payment_intent", intent, "amount", "700"), nil)
				var who struct{ ID string }
				a.shop.must("POST", "/v1/customers", form("name", fmt.Sprint(i)), &who)
				a.shop.must("POST", "/v1/customers/"+who.ID, form("name", fmt.Sprint("again ", i)), nil) // in the same second
			}
			a.Agrees()
			switch n := a.looks() - before; {
			case low && n > 0:
				t.Errorf("%d looks, want none: the lists bring it", n)
			case !low && n < 15:
				t.Errorf("%d looks, want one for each payment and more: nothing is to be spared", n)
			}
		})
	}
}

// Where no list comes in time, what is told of one object is looked at once, and not each time.
func TestWhatWaitsIsLookedAtOnceWhileReadsRunLow(t *testing.T) {
	t.Parallel()
	const payments = 6
	for name, low := range map[string]bool{"there are enough": false, "they run low": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := running(t, low, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h", "stripe.patience": "8s"}, sim.Config{})
			before := a.looks()
			var intents []string
			for range payments {
				intents = append(intents, a.shop.buy())
			}
			for range 2 {
				if !low { // what waits is not there yet
					a.Agrees()
				}
				for _, intent := range intents {
					a.shop.must("POST", "/v1/refunds", form("payment_intent", intent, "amount", "700"), nil)
				}
			}
			a.Agrees()
			switch n := a.looks() - before; {
			case low && n != payments:
				t.Errorf("%d looks at %d payments, want one at each", n, payments)
			case !low && n < 3*payments:
				t.Errorf("%d looks at %d payments, want one for each change: nothing is to be spared", n, payments)
			}
		})
	}
}

// A notice without the object is left to the feed, of which one read brings a hundred with theirs; and it is not missed for that.
func TestThinNoticesAreLeftToTheFeedWhileReadsRunLow(t *testing.T) {
	t.Parallel()
	for name, low := range map[string]bool{"there are enough": false, "they run low": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := running(t, low, with{"stripe.sweep.events": "500ms", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h", "stripe.announce_within": "100ms"}, sim.Config{})
			switches := a.shop.Switches()
			switches.WebhookPayload, switches.DefaultVersion = "thin", stripe.Version
			if err := a.shop.SetSwitches(switches); err != nil {
				t.Fatal(err)
			}
			before := a.looks()
			for i := range 10 {
				a.shop.must("POST", "/v1/customers", form("name", fmt.Sprint(i)), nil)
			}
			a.Agrees()
			switch n := a.looks() - before; {
			case low && n > 0:
				t.Errorf("%d looks, want none: the feed brings it", n)
			case !low && n == 0:
				t.Error("no looks: nothing is to be spared")
			}
			if n := a.Status().GetMissedDeliveries(); n > 0 {
				t.Errorf("%d deliveries are called missed", n)
			}
		})
	}
}

// A write looks at what became of an earlier attempt, and before it is sent late, however few reads are left.
func TestAWriteIsProbedHoweverFewReadsAreLeft(t *testing.T) {
	t.Parallel()
	a := running(t, true, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h"}, sim.Config{})
	paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
	a.Silence()
	a.Misbehaves(vendorsim.Plan{FailAfterCommit: 1, Routes: []string{"/v1/refunds"}})
	giving := a.refund(paid.GetName(), usd(500))
	a.tried(giving.GetMirror().GetPendingWrites()[0].GetJob(), 1)
	a.Misbehaves(vendorsim.Plan{})
	if r := a.given(giving.GetName()); r.GetState() != paymentsv1.Refund_STATE_SUCCEEDED || r.GetMirror().GetRefusal() != nil {
		t.Errorf("given: %v", r)
	}
	a.once("refund", "create", 1)
}

// What a person is shown of the reads of a month is what Stripe counts.
func TestTheReadsThatAreShownAreThoseThatStripeCounts(t *testing.T) {
	t.Parallel()
	for name, low := range map[string]bool{"there are enough": false, "they run low": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := running(t, low, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h"}, sim.Config{Payments: 3})
			for range 5 {
				a.shop.buy()
			}
			adaptertest.Until(a, "both count the same", func() string {
				counted := a.shop.Reads().Used
				if all := a.Status().GetGate().GetAllowances(); len(all) != 1 || int(all[0].GetUsedCalls()) != counted {
					return fmt.Sprintf("Stripe counts %d reads, and shown are %v", counted, all)
				}
				return ""
			})
			is := a.Status().GetGate().GetAllowances()[0]
			if is.GetAllowedCalls() != 9_000_000 || is.GetWindow().AsDuration() != month || !is.GetReadsOnly() || is.GetLow() != low {
				t.Errorf("shown: %v", is)
			}
			adaptertest.Until(a, "the command shows as many", func() string {
				var out strings.Builder
				nothing, counted := func(string) (string, bool) { return "", false }, a.shop.Reads().Used
				err := adapter.Run(t.Context(), spec(), []string{"status", "--address", a.Via.Conn.Target()}, nothing, &out, io.Discard)
				if told := fmt.Sprintf("%d of 9000000 reads in 30d", counted); err != nil || !strings.Contains(out.String(), told) || strings.Contains(out.String(), told+", low") != low {
					return fmt.Sprintf("not %q, %v:\n%s", told, err, &out)
				}
				return ""
			})
		})
	}
}
