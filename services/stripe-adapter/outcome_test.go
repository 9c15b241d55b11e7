package main

import (
	"testing"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// A 500 that Stripe keeps under the key for a day holds nothing up for a day: what became of the refund is looked for, and only then
// it is asked for under another key.
func TestARefundUnderWhoseKeyAFailureIsKeptIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]vendorsim.Plan{
		"nothing came of it": {FailBeforeCommit: 1, Routes: []string{"/v1/refunds"}},
		"it was made":        {FailAfterCommit: 1, Routes: []string{"/v1/refunds"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quiet := with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h"} // nothing else tells of it
			a := alone(t, quiet, sim.Config{})
			paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
			a.Silence()
			a.Misbehaves(plan)
			giving := a.refund(paid.GetName(), usd(500))
			pending := giving.GetMirror().GetPendingWrites()[0].GetJob()
			adaptertest.Until(a, "it was answered with a 500", func() string {
				if tries := a.Job(pending).GetAttempts(); len(tries) == 0 || tries[0].GetOutcome() == "" {
					return "not asked yet"
				}
				return ""
			})
			a.Misbehaves(vendorsim.Plan{})
			if r := a.given(giving.GetName()); r.GetState() != paymentsv1.Refund_STATE_SUCCEEDED || r.GetMirror().GetRefusal() != nil {
				t.Errorf("given: %v", r)
			}
			a.once("refund", "create", 1)
		})
	}
}
