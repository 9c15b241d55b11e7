package main

import (
	"testing"

	"github.com/google/uuid"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

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
			a.tried(pending, 1)
			a.Misbehaves(vendorsim.Plan{})
			if r := a.given(giving.GetName()); r.GetState() != paymentsv1.Refund_STATE_SUCCEEDED || r.GetMirror().GetRefusal() != nil {
				t.Errorf("given: %v", r)
			}
			a.once("refund", "create", 1)
		})
	}
}

// A failure that Stripe keeps may be repaired by hand for hours: until then no other key is used. What came of it is found meanwhile.
func TestAKeyIsKeptForAsLongAsStripeMayRepairAFailure(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		plan vendorsim.Plan
		made int
	}{
		"nothing came of it": {vendorsim.Plan{FailBeforeCommit: 1, Routes: []string{"/v1/refunds"}}, 0},
		"it was made":        {vendorsim.Plan{FailAfterCommit: 1, Routes: []string{"/v1/refunds"}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			quiet := with{
				"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h", "stripe.repair": "1h",
			}
			a := alone(t, quiet, sim.Config{})
			paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
			a.Silence()
			a.Misbehaves(row.plan)
			giving := a.refund(paid.GetName(), usd(500))
			pending := giving.GetMirror().GetPendingWrites()[0].GetJob()
			a.tried(pending, 1)
			a.Misbehaves(vendorsim.Plan{})
			if row.made > 0 {
				a.given(giving.GetName())
			} else {
				a.tried(pending, 4)
			}
			a.once("refund", "create", row.made)
		})
	}
}

// A decline that nobody heard of is a decline all the same: it is tried once, refuses the write, and nothing is charged.
func TestADeclineWhoseAnswerIsLostIsARefusalOnce(t *testing.T) {
	t.Parallel()
	const bad = "pm_card_visa_chargeDeclined"
	for name, plan := range map[string]vendorsim.Plan{
		"the answer is lost":          {LoseAnswers: 2},
		"it is answered with a 500":   {FailAfterCommit: 1},
		"nothing is answered in time": {HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 4000}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"jobs.attempt": "1s", "jobs.lease": "2s"}, sim.Config{})
			a.Filled()
			who := a.customer(a.create(&paymentsv1.Customer{DefaultPaymentMethod: bad}).GetName()).GetName()
			owed := a.bill(&paymentsv1.Invoice{Customer: who}, items(2000)...).GetName()
			a.finalize(owed)
			a.stands(owed, paymentsv1.Invoice_STATE_OPEN)
			waiting := a.paid(a.plain(&paymentsv1.Payment{Amount: usd(2000)}).GetName()).GetName()
			plan.Routes = []string{"/v1/payment_intents/pi", "/v1/invoices/in"}
			a.Misbehaves(plan)
			paying := a.pay(&paymentsv1.Payment{Amount: usd(2000), PaymentMethod: bad}).GetName()
			_, err := a.payments.ConfirmPayment(t.Context(), &paymentsv1.ConfirmPaymentRequest{Name: waiting, PaymentMethod: bad, Confirmation: &paymentsv1.Confirmation{ReturnUri: "https://example.com/"}, RequestId: uuid.NewString()})
			adaptertest.Asked(a, 0, err)
			a.collect(owed, "")
			a.met("payment_intent", "decline", 3)
			for _, refusal := range []*typev1.Refusal{
				a.paid(paying).GetMirror().GetRefusal(), a.paid(waiting).GetMirror().GetRefusal(), a.invoice(owed).GetMirror().GetRefusal(),
			} {
				if refusal.GetReason() != "REFUSED" || refusal.GetCode() != "card_declined" {
					t.Errorf("refusal: %v", refusal)
				}
			}
			a.Agrees()
			a.once("payment_intent", "decline", 3)
			a.once("payment_intent", "confirm", 0)
			if x := a.payment(paying); x.GetAmountReceived() != nil {
				t.Errorf("charged: %v", x)
			}
		})
	}
}
