package store

import (
	"slices"
	"time"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Invoices is the mirror of Stripe's invoices, each with its payments.
func Invoices(c Config) mirror.Kind[*paymentsv1.Invoice] {
	k := kept[*paymentsv1.Invoice](c, "invoice", "invoices")
	k.ColumnNames = []string{"state", "customer", "subscription", "due_at", "made_at"}
	k.Columns = func(x *paymentsv1.Invoice) []any {
		return []any{int16(x.GetState()), last(x.GetCustomer()), last(x.GetSubscription()), dueAt(x), madeAt(x)} //nolint:gosec // few states
	}
	k.Derive = func(_ string, x *paymentsv1.Invoice) {
		count(x.GetSubtotal(), x.GetTotal(), x.GetAmountDue(), x.GetAmountPaid(), x.GetAmountRemaining())
		for _, p := range x.GetPayments() {
			count(p.GetAmountRequested(), p.GetAmountPaid())
		}
	}
	k.Cues = func(id string, _, is *paymentsv1.Invoice) []mirror.Ref {
		if !behind(is) {
			return nil
		}
		return []mirror.Ref{{Kind: "invoice", VendorID: id}}
	}
	return k
}

// behind is whether the payments of an invoice cannot be what they were: events bring it without them.
func behind(x *paymentsv1.Invoice) bool {
	open := slices.ContainsFunc(x.GetPayments(), func(p *paymentsv1.InvoicePayment) bool { return p.GetState() == paymentsv1.InvoicePayment_STATE_OPEN })
	switch x.GetState() {
	case paymentsv1.Invoice_STATE_OPEN, paymentsv1.Invoice_STATE_UNCOLLECTIBLE:
		return len(x.GetPayments()) == 0
	case paymentsv1.Invoice_STATE_PAID:
		return open || len(x.GetPayments()) == 0 && x.GetAmountDue().GetMinorUnits() > 0
	case paymentsv1.Invoice_STATE_VOID:
		return open || len(x.GetPayments()) == 0
	default:
		return false
	}
}

// dueAt is a column; nil for none.
func dueAt(x *paymentsv1.Invoice) *time.Time {
	if x.GetDueTime() == nil {
		return nil
	}
	at := x.GetDueTime().AsTime()
	return &at
}
