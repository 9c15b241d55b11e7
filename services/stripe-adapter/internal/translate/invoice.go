package translate

import (
	"slices"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Invoice is what s tells of its invoice. Where its payments did not come along, as in events, nothing is said of them. An error of
// kind Drift names a field that Stripe always sent and now does not.
func (w Words) Invoice(s stripe.Seen[sdk.Invoice]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("invoice", s, x.Metadata)
	if x.Deleted {
		o.Presence = mirror.Deleted
		return o, nil
	}
	if err := needs("invoice", s, "amount_due", "amount_paid", "amount_remaining", "collection_method", "created", "currency", "customer", "metadata",
		"status", "status_transitions", "subtotal", "total"); err != nil {
		return o, err
	}
	currency := string(x.Currency)
	state := &paymentsv1.Invoice{
		State: invoiceState(x.Status), Number: x.Number, CurrencyCode: strings.ToUpper(currency), CollectionMode: collectionMode(string(x.CollectionMethod)),
		AutoAdvance: x.AutoAdvance, Description: x.Description, PaymentMethod: methodOf(x.DefaultPaymentMethod), DueTime: stamp(x.DueDate),
		Subtotal: money(x.Subtotal, currency), Total: money(x.Total, currency), AmountDue: money(x.AmountDue, currency),
		AmountPaid: money(x.AmountPaid, currency), AmountRemaining: money(x.AmountRemaining, currency),
		Subscription: w.subscriptionOf(x), BillingReason: string(x.BillingReason),
		AttemptCount:    int32(x.AttemptCount), //nolint:gosec // few
		NextAttemptTime: stamp(x.NextPaymentAttempt), PageUri: x.HostedInvoiceURL, PeriodStartTime: stamp(x.PeriodStart), PeriodEndTime: stamp(x.PeriodEnd),
		Metadata: theirs(x.Metadata), CreateTime: stamp(x.Created),
	}
	if x.Customer != nil {
		state.Customer = w.name("customers", x.Customer.ID)
	}
	if m := x.StatusTransitions; m != nil {
		state.FinalizeTime, state.PayTime, state.VoidTime, state.UncollectibleTime = stamp(m.FinalizedAt), stamp(m.PaidAt), stamp(m.VoidedAt), stamp(m.MarkedUncollectibleAt)
	}
	o.State, o.Covers = state, mirror.Fields("customer", "state", "number", "currency_code", "collection_mode", "auto_advance", "description", "payment_method",
		"due_time", "subtotal", "total", "amount_due", "amount_paid", "amount_remaining", "subscription", "billing_reason", "attempt_count", "next_attempt_time",
		"page_uri", "period_start_time", "period_end_time", "finalize_time", "pay_time", "void_time", "uncollectible_time", "metadata", "create_time")
	if x.Payments != nil {
		state.Payments = w.invoicePayments(x.Payments.Data)
		o.Covers.Paths = append(o.Covers.Paths, "payments")
	}
	return o, nil
}

func (w Words) subscriptionOf(x *sdk.Invoice) string {
	if x.Parent == nil || x.Parent.SubscriptionDetails == nil || x.Parent.SubscriptionDetails.Subscription == nil {
		return ""
	}
	return w.name("subscriptions", x.Parent.SubscriptionDetails.Subscription.ID)
}

// invoicePayments are what payments mean to an invoice, the vendor's default first.
func (w Words) invoicePayments(theirs []*sdk.InvoicePayment) []*paymentsv1.InvoicePayment {
	theirs = slices.Clone(theirs)
	slices.SortStableFunc(theirs, func(a, b *sdk.InvoicePayment) int {
		switch {
		case a.IsDefault == b.IsDefault:
			return 0
		case a.IsDefault:
			return -1
		}
		return 1
	})
	all := make([]*paymentsv1.InvoicePayment, 0, len(theirs))
	for _, p := range theirs {
		link := &paymentsv1.InvoicePayment{
			Id: p.ID, AmountRequested: money(p.AmountRequested, string(p.Currency)), AmountPaid: some(p.AmountPaid, string(p.Currency)), State: linkState(p.Status),
		}
		switch is := p.Payment; {
		case is == nil:
		case is.PaymentIntent != nil:
			link.Payment = w.name("payments", is.PaymentIntent.ID)
		case is.Charge != nil:
			link.Charge = is.Charge.ID
		}
		all = append(all, link)
	}
	return all
}

func invoiceState(theirs sdk.InvoiceStatus) paymentsv1.Invoice_State {
	switch theirs {
	case sdk.InvoiceStatusDraft:
		return paymentsv1.Invoice_STATE_DRAFT
	case sdk.InvoiceStatusOpen:
		return paymentsv1.Invoice_STATE_OPEN
	case sdk.InvoiceStatusPaid:
		return paymentsv1.Invoice_STATE_PAID
	case sdk.InvoiceStatusVoid:
		return paymentsv1.Invoice_STATE_VOID
	case sdk.InvoiceStatusUncollectible:
		return paymentsv1.Invoice_STATE_UNCOLLECTIBLE
	}
	return paymentsv1.Invoice_STATE_UNSPECIFIED
}

// linkState: the library has no names for the states [official: OpenAPI invoice_payment status].
func linkState(theirs string) paymentsv1.InvoicePayment_State {
	switch theirs {
	case "open":
		return paymentsv1.InvoicePayment_STATE_OPEN
	case "paid":
		return paymentsv1.InvoicePayment_STATE_PAID
	case "canceled":
		return paymentsv1.InvoicePayment_STATE_CANCELED
	}
	return paymentsv1.InvoicePayment_STATE_UNSPECIFIED
}

// PaidElsewhere is whether an invoice is paid, and not by a payment that Stripe has made.
func PaidElsewhere(x *sdk.Invoice) bool {
	if x.Status != sdk.InvoiceStatusPaid || x.Payments == nil {
		return false
	}
	return !slices.ContainsFunc(x.Payments.Data, func(p *sdk.InvoicePayment) bool {
		return p.Status == "paid" && p.Payment != nil && (p.Payment.PaymentIntent != nil || p.Payment.Charge != nil)
	})
}
