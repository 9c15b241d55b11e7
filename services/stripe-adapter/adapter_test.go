package main

import (
	"testing"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestABackfillBringsEverything(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{Customers: 130, Payments: 120, Seed: 1})
	a.Filled()
	a.Agrees()
}

func TestAPaymentIsMadeAndAPartOfItGivenBack(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	who := a.create(&paymentsv1.Customer{DisplayName: "Ada", Email: "Ada@Example.com", Metadata: map[string]string{"team": "red"}})
	paying := a.pay(&paymentsv1.Payment{Amount: usd(2000), Customer: who.GetName(), Description: "two of them"})
	if len(paying.GetMirror().GetPendingWrites()) != 1 || paying.GetAmount().GetDecimals() != 2 {
		t.Errorf("at once: %v", paying)
	}
	paid := a.paid(paying.GetName())
	if paid.GetState() != paymentsv1.Payment_STATE_SUCCEEDED || paid.GetCustomer() != a.customer(who.GetName()).GetName() {
		t.Errorf("paid: %v", paid)
	}
	given := a.given(a.refund(paid.GetName(), usd(500)).GetName())
	if given.GetState() != paymentsv1.Refund_STATE_SUCCEEDED || given.GetPayment() != paid.GetName() {
		t.Errorf("given: %v", given)
	}
	a.Agrees()
	if left := a.payment(paid.GetName()).GetLatestCharge().GetAmountRefunded(); left.GetMinorUnits() != 500 {
		t.Errorf("refunded: %v", left)
	}
	a.once("customer", "create", 1)
	a.once("payment_intent", "create", 1)
	a.once("refund", "create", 1)
}

// A double is the worst fault there is: the answer to a refund is lost, and lost again.
func TestARefundWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	t.Parallel()
	for name, plan := range map[string]vendorsim.Plan{
		"the answer is lost":          {LoseAnswers: 3, Routes: []string{"/v1/refunds"}},
		"it is answered with a 500":   {FailAfterCommit: 0.8, Routes: []string{"/v1/refunds"}},
		"nothing is answered in time": {HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 4000}, Routes: []string{"/v1/refunds"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"jobs.attempt": "1s", "jobs.lease": "2s"}, sim.Config{})
			paid := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000)}).GetName())
			a.Misbehaves(plan)
			giving := a.refund(paid.GetName(), usd(500))
			adaptertest.Until(a, "the vendor has it", func() string {
				if len(a.Ours("refund", "create")) == 0 {
					return "not yet"
				}
				return ""
			})
			a.Misbehaves(vendorsim.Plan{})
			if name == "it is answered with a 500" { // Stripe keeps a 500 under the key for a day: the mark tells before that
				adaptertest.Until(a, "it is seen with its mark", func() string {
					if r := a.given(giving.GetName()); r.GetState() != paymentsv1.Refund_STATE_SUCCEEDED {
						return r.String()
					}
					return ""
				})
			}
			if r := a.given(giving.GetName()); r.GetState() != paymentsv1.Refund_STATE_SUCCEEDED || r.GetMirror().GetRefusal() != nil {
				t.Errorf("given: %v", r)
			}
			a.Agrees()
			a.once("refund", "create", 1)
		})
	}
}

func TestADeclineIsARefusalAndThePaymentStays(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	p := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000), PaymentMethod: "pm_card_visa_chargeDeclinedInsufficientFunds"}).GetName())
	if r := p.GetMirror().GetRefusal(); r.GetCode() != "card_declined" {
		t.Errorf("refusal: %v", r)
	}
	adaptertest.Until(a, "the decline is told", func() string {
		if d := a.payment(p.GetName()).GetLastDecline(); d.GetAdvice() != paymentsv1.Decline_ADVICE_TRY_LATER {
			return d.String()
		}
		return ""
	})
	a.Agrees()
	a.once("payment_intent", "create", 1)
}

func TestWhatAPersonDoesArrivesByWebhook(t *testing.T) {
	t.Parallel()
	for name, move := range map[string]func(*sim.Switches){
		"snapshots in our version":  func(*sim.Switches) {},
		"thin events":               func(s *sim.Switches) { s.WebhookPayload = "thin" },
		"two events for one change": func(s *sim.Switches) { s.TwinRate = 1 },
		"in any order":              func(s *sim.Switches) { s.ShuffleEvents = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := alone(t, with{"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h"}, sim.Config{Customers: 3, Payments: 3})
			a.Filled()
			switches := a.shop.Switches()
			move(&switches)
			if err := a.shop.SetSwitches(switches); err != nil {
				t.Fatal(err)
			}
			var who, intent struct{ ID string }
			a.shop.must("POST", "/v1/customers", form("name", "Ben"), &who)
			a.shop.must("POST", "/v1/customers/"+who.ID, form("name", "Ben Moore"), nil)
			a.shop.must("POST", "/v1/payment_intents", form("amount", "500", "currency", "jpy", "customer", who.ID, "confirm", "true",
				"payment_method", "pm_card_visa", "payment_method_types[0]", "card"), &intent)
			a.shop.must("POST", "/v1/refunds", form("payment_intent", intent.ID, "amount", "100"), nil)
			a.Agrees()
			a.shop.must("DELETE", "/v1/customers/"+who.ID, nil, nil)
			a.Agrees()
		})
	}
}

func TestADroppedWebhookIsCaughtByTheFeed(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{Customers: 3})
	a.Filled()
	a.Silence()
	var who struct{ ID string }
	a.shop.must("POST", "/v1/customers", form("name", "Ben"), &who)
	a.shop.must("POST", "/v1/customers/"+who.ID, form("name", "Ben Moore"), nil)
	a.Agrees()
	a.shop.must("DELETE", "/v1/customers/"+who.ID, nil, nil)
	a.Agrees()
}

// Stripe tells of it in no event.
func TestAnEditOfAPaymentIsCaughtByTheList(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{Payments: 3})
	a.Filled()
	var intent struct{ ID string }
	a.shop.must("POST", "/v1/payment_intents", form("amount", "500", "currency", "kwd"), &intent)
	a.Agrees()
	a.shop.must("POST", "/v1/payment_intents/"+intent.ID, form("description", "edited", "metadata[a]", "b"), nil)
	a.Agrees()
}

func TestACustomerIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	made := a.create(&paymentsv1.Customer{DisplayName: "Ada", Metadata: map[string]string{"a": "1", "b": "2"}})
	ctx := t.Context()
	now, err := a.customers.UpdateCustomer(ctx, &paymentsv1.UpdateCustomerRequest{
		Customer:   &paymentsv1.Customer{Name: made.GetName(), Email: "ada@example.com", Metadata: map[string]string{"a": "", "c": "3"}},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"email", "metadata", "display_name"}},
	})
	if err != nil || now.GetMetadata()["c"] != "3" || now.GetMetadata()["b"] != "2" || now.GetMetadata()["a"] != "" {
		t.Errorf("%v %v", now, err)
	}
	if is := a.customer(made.GetName()); is.GetDisplayName() != "" || is.GetEmail() != "ada@example.com" || len(is.GetMetadata()) != 2 {
		t.Errorf("%v", is)
	}
	a.Agrees()
	gone, err := a.customers.DeleteCustomer(ctx, &paymentsv1.DeleteCustomerRequest{Name: made.GetName(), RequestId: "0197f3c2-0000-7000-8000-000000000001"})
	if err != nil || gone.GetMirror().GetDeleteTime() == nil {
		t.Errorf("%v %v", gone, err)
	}
	a.customer(made.GetName())
	a.Agrees()
}

func TestAPaymentIsReservedCapturedOrCanceled(t *testing.T) {
	t.Parallel()
	a := alone(t, nil, sim.Config{})
	ctx := t.Context()
	reserve := func() *paymentsv1.Payment {
		p := a.paid(a.pay(&paymentsv1.Payment{Amount: usd(2000), CaptureMode: paymentsv1.Payment_CAPTURE_MODE_MANUAL}).GetName())
		if p.GetState() != paymentsv1.Payment_STATE_AUTHORIZED {
			t.Fatalf("%v", p)
		}
		return p
	}
	taken := reserve()
	if _, err := a.payments.CapturePayment(ctx, &paymentsv1.CapturePaymentRequest{
		Name: taken.GetName(), Amount: usd(1500), RequestId: "0197f3c2-0000-7000-8000-000000000002",
	}); err != nil {
		t.Fatal(err)
	}
	if p := a.paid(taken.GetName()); p.GetState() != paymentsv1.Payment_STATE_SUCCEEDED || p.GetAmountReceived().GetMinorUnits() != 1500 {
		t.Errorf("%v", p)
	}
	released := reserve()
	if _, err := a.payments.CancelPayment(ctx, &paymentsv1.CancelPaymentRequest{
		Name: released.GetName(), Reason: paymentsv1.Payment_CANCEL_REASON_DUPLICATE, RequestId: "0197f3c2-0000-7000-8000-000000000003",
	}); err != nil {
		t.Fatal(err)
	}
	if p := a.paid(released.GetName()); p.GetState() != paymentsv1.Payment_STATE_CANCELED || p.GetCancelReason() != paymentsv1.Payment_CANCEL_REASON_DUPLICATE {
		t.Errorf("%v", p)
	}
	later := a.paid(a.plain(&paymentsv1.Payment{Amount: &typev1.Money{CurrencyCode: "KWD", MinorUnits: 1230}}).GetName())
	if _, err := a.payments.ConfirmPayment(ctx, &paymentsv1.ConfirmPaymentRequest{
		Name: later.GetName(), PaymentMethod: "pm_card_visa", Confirmation: &paymentsv1.Confirmation{ReturnUri: "https://example.com/"},
		RequestId: "0197f3c2-0000-7000-8000-000000000004",
	}); err != nil {
		t.Fatal(err)
	}
	if p := a.paid(later.GetName()); p.GetState() != paymentsv1.Payment_STATE_SUCCEEDED || p.GetAmount().GetDecimals() != 3 {
		t.Errorf("%v", p)
	}
}
