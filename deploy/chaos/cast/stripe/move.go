package stripe

import (
	"context"

	"github.com/google/uuid"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Amounts are in minor units. Those of payments and of captures are never used twice.
const (
	most    = 1_000_000 // a payment's, and a bit
	part    = 500_000   // a capture's, and a bit
	scraps  = 20        // at most, given back at once
	callers = 8         // at most, who each count for themselves

	looks = 6 // at payments, for one that is only reserved
)

// unique is a number that nobody has used before.
func unique(h *cast.Hand) int64 { return int64(h.Count*callers + h.Place) }

// move moves money: a new payment, or what becomes of one.
func (s *shop) move(ctx context.Context, h *cast.Hand, anew bool) (cast.Intent, bool) {
	if who, ok := s.Subjects.One(h.Dice, customer); ok && anew {
		return s.pay(h, who), true
	}
	var intent cast.Intent
	some := false
	for range looks { // what is only reserved does not stay it for long
		of, ok := s.Subjects.One(h.Dice, payment)
		if !ok {
			break
		}
		read, err := s.Get(ctx, h.Dice.IntN(8), payment, of.Name)
		if err != nil {
			continue
		}
		switch state, currency := read.Fields["state"], read.Fields["currency"]; {
		case state == paymentsv1.Payment_STATE_AUTHORIZED.String() && h.Dice.IntN(3) == 0:
			return s.cancel(h, of), true
		case state == paymentsv1.Payment_STATE_AUTHORIZED.String():
			return s.capture(h, of, currency), true
		case state == paymentsv1.Payment_STATE_SUCCEEDED.String() && !some:
			intent, some = s.giveBack(h, of, currency), true
		}
	}
	return intent, some
}

// pay charges a customer at once, or reserves the amount; now and then the bank declines.
func (s *shop) pay(h *cast.Hand, who cast.Subject) cast.Intent {
	w := h.Begin(history.Create, payment, uuid.Nil)
	w.Refers, w.Steps, w.Bad = who.UID, 2, h.Dice.IntN(8) == 0
	x := &paymentsv1.Payment{
		Amount: &typev1.Money{CurrencyCode: "NZD", MinorUnits: most + unique(h)}, Customer: who.Name, Description: h.Text("payment"),
		PaymentMethod: good,
	}
	if w.Bad {
		x.PaymentMethod = poor
	}
	if h.Dice.IntN(2) == 0 {
		x.CaptureMode = paymentsv1.Payment_CAPTURE_MODE_MANUAL
	}
	w.Values["description"] = x.GetDescription()
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.payments(replica).CreatePayment(ctx, &paymentsv1.CreatePaymentRequest{
			Parent: s.Parent, Payment: x, Confirmation: &paymentsv1.Confirmation{ReturnUri: "https://shop.example/back"}, RequestId: w.Request.String(),
		})
		return paymentView(got), err
	}}
}

func (s *shop) giveBack(h *cast.Hand, of cast.Subject, currency string) cast.Intent {
	w := h.Begin(history.Create, refund, uuid.Nil)
	w.Refers, w.Back = of.UID, int64(1+h.Dice.IntN(scraps))
	w.Values["metadata"] = h.Text("refund")
	x := &paymentsv1.Refund{
		Payment: of.Name, Amount: &typev1.Money{CurrencyCode: currency, MinorUnits: w.Back}, Metadata: map[string]string{token: w.Values["metadata"]},
	}
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.refunds(replica).CreateRefund(ctx, &paymentsv1.CreateRefundRequest{Parent: s.Parent, Refund: x, RequestId: w.Request.String()})
		return refundView(got), err
	}}
}

func (s *shop) capture(h *cast.Hand, of cast.Subject, currency string) cast.Intent {
	w := h.Begin(history.Capture, payment, of.UID)
	amount := &typev1.Money{CurrencyCode: currency, MinorUnits: part + unique(h)}
	w.Values["amount"] = number(amount.GetMinorUnits())
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.payments(replica).CapturePayment(ctx, &paymentsv1.CapturePaymentRequest{Name: of.Name, Amount: amount, RequestId: w.Request.String()})
		return paymentView(got), err
	}}
}

func (s *shop) cancel(h *cast.Hand, of cast.Subject) cast.Intent {
	w := h.Begin(history.Cancel, payment, of.UID)
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.payments(replica).CancelPayment(ctx, &paymentsv1.CancelPaymentRequest{Name: of.Name, RequestId: w.Request.String()})
		return paymentView(got), err
	}}
}
