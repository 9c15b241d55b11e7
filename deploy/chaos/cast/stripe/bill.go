package stripe

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// The methods that customers pay with.
const (
	good = "pm_card_visa"
	poor = "pm_card_visa_chargeDeclined"
)

// sell lets the vendor have a price by the month.
func (s *shop) sell(ctx context.Context) error {
	var made struct{ ID string }
	err := s.screens.do(ctx, "POST", "/v1/prices", params{
		"currency": "nzd", "unit_amount": "900", "recurring[interval]": "month", "product_data[name]": "A seat",
	}, &made)
	if err != nil {
		return fmt.Errorf("sell something: %w", err)
	}
	s.seat = s.Parent + "/prices/" + made.ID
	return nil
}

// bill is what is done with invoices and subscriptions: a new one, or what becomes of one.
func (s *shop) bill(ctx context.Context, h *cast.Hand, anew bool) (cast.Intent, bool) {
	if who, ok := s.Subjects.One(h.Dice, customer); ok && anew {
		if h.Dice.IntN(3) == 0 {
			return s.subscribe(h, who), true
		}
		return s.draft(h, who), true
	}
	for range looks {
		if of, ok := s.Subjects.One(h.Dice, subscription); ok && h.Dice.IntN(6) == 0 {
			return s.end(h, of), true
		}
		of, ok := s.Subjects.One(h.Dice, invoice)
		if !ok {
			break
		}
		read, err := s.Get(ctx, h.Dice.IntN(8), invoice, of.Name)
		if err != nil {
			continue
		}
		switch state := read.Fields["state"]; {
		case state == paymentsv1.Invoice_STATE_DRAFT.String() && s.first(history.Finalize, of):
			return s.finalize(h, of), true
		case state == paymentsv1.Invoice_STATE_OPEN.String() && s.first(history.Pay, of):
			return s.collect(h, of), true
		}
	}
	return cast.Intent{}, false
}

// first is whether nobody has asked for that yet. The ledger knows these deeds by what they are done to only, so that each is asked for
// by one.
func (s *shop) first(op history.Op, of cast.Subject) bool {
	_, asked := s.billed.LoadOrStore(string(op)+of.UID.String(), true)
	return !asked
}

// draft makes an invoice with an item, in two steps. Both have one text, by which the ledger tells whose they are.
func (s *shop) draft(h *cast.Hand, who cast.Subject) cast.Intent {
	w := h.Begin(history.Create, invoice, uuid.Nil)
	w.Refers, w.Steps = who.UID, 2
	w.Values["description"] = h.Text("invoice")
	r := &paymentsv1.CreateInvoiceRequest{
		Parent: s.Parent, RequestId: w.Request.String(),
		Invoice: &paymentsv1.Invoice{Customer: who.Name, CurrencyCode: "NZD", Description: w.Values["description"]},
		Items: []*paymentsv1.InvoiceItem{
			{Description: w.Values["description"], Amount: &typev1.Money{CurrencyCode: "NZD", MinorUnits: most + unique(h)}},
		},
	}
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.invoices(replica).CreateInvoice(ctx, r)
		return invoiceView(got), err
	}}
}

// nothingDue is what the vendor says to whoever finalizes an invoice without items, or pays its draft.
const nothingDue = "Nothing to invoice for customer"

func (s *shop) finalize(h *cast.Hand, of cast.Subject) cast.Intent {
	w := h.Begin(history.Finalize, invoice, of.UID)
	w.Lacks = nothingDue
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.invoices(replica).FinalizeInvoice(ctx, &paymentsv1.FinalizeInvoiceRequest{Name: of.Name, RequestId: w.Request.String()})
		return invoiceView(got), err
	}}
}

// collect has an invoice paid; now and then the bank declines.
func (s *shop) collect(h *cast.Hand, of cast.Subject) cast.Intent {
	w := h.Begin(history.Pay, invoice, of.UID)
	w.Lacks = nothingDue
	r := &paymentsv1.PayInvoiceRequest{Name: of.Name, PaymentMethod: good, RequestId: w.Request.String()}
	if w.Bad = h.Dice.IntN(6) == 0; w.Bad {
		r.PaymentMethod = poor
	}
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.invoices(replica).PayInvoice(ctx, r)
		return invoiceView(got), err
	}}
}

// subscribe begins a subscription, whose first period is charged at once.
func (s *shop) subscribe(h *cast.Hand, who cast.Subject) cast.Intent {
	w := h.Begin(history.Create, subscription, uuid.Nil)
	w.Refers = who.UID
	w.Values["description"] = h.Text("subscription")
	r := &paymentsv1.CreateSubscriptionRequest{Parent: s.Parent, RequestId: w.Request.String(), Subscription: &paymentsv1.Subscription{
		Customer: who.Name, Description: w.Values["description"], DefaultPaymentMethod: good, Items: []*paymentsv1.SubscriptionItem{{Price: s.seat}},
	}}
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.subscriptions(replica).CreateSubscription(ctx, r)
		return subscriptionView(got), err
	}}
}

func (s *shop) end(h *cast.Hand, of cast.Subject) cast.Intent {
	s.Subjects.Drop(of)
	w := h.Begin(history.Cancel, subscription, of.UID)
	return cast.Intent{Write: w, Ask: func(ctx context.Context, replica int) (cast.View, error) {
		got, err := s.subscriptions(replica).CancelSubscription(ctx, &paymentsv1.CancelSubscriptionRequest{Name: of.Name, RequestId: w.Request.String()})
		return subscriptionView(got), err
	}}
}

func invoiceView(x *paymentsv1.Invoice) cast.View {
	v := cast.Seen(invoice, x)
	v.Values = map[string]string{"description": x.GetDescription()}
	v.Fields = map[string]string{"state": x.GetState().String()}
	return v
}

func subscriptionView(x *paymentsv1.Subscription) cast.View {
	v := cast.Seen(subscription, x)
	v.Values = map[string]string{"description": x.GetDescription()}
	return v
}
