package translate

import (
	"strings"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
)

// NewInvoice is the fields in paths of a new draft in Stripe's words, with the mark that finds it again. It has nothing of what waits for
// the customer's next invoice, and stays a draft until it has all its items, whatever it is to do then.
func NewInvoice(x *paymentsv1.Invoice, paths []string, customer string, mark uuid.UUID) *sdk.InvoiceCreateParams {
	u := InvoicePatch(x, paths)
	p := &sdk.InvoiceCreateParams{
		Customer: sdk.String(customer), CollectionMethod: u.CollectionMethod, AutoAdvance: sdk.Bool(false), Description: u.Description,
		DefaultPaymentMethod: u.DefaultPaymentMethod, DueDate: u.DueDate, Metadata: marking(x.GetMetadata(), mark),
		PendingInvoiceItemsBehavior: sdk.String("exclude"),
	}
	if code := x.GetCurrencyCode(); code != "" {
		p.Currency = sdk.String(strings.ToLower(code))
	}
	return p
}

// InvoicePatch is the fields in paths in Stripe's words; what is empty is cleared there, but for the time at which it is due, which
// Stripe takes from no invoice.
func InvoicePatch(x *paymentsv1.Invoice, paths []string) *sdk.InvoiceUpdateParams {
	p := &sdk.InvoiceUpdateParams{}
	for _, path := range paths {
		switch path {
		case "collection_mode":
			p.CollectionMethod = theirMode(x.GetCollectionMode())
		case "auto_advance":
			p.AutoAdvance = sdk.Bool(x.GetAutoAdvance())
		case "description":
			p.Description = sdk.String(x.GetDescription())
		case "payment_method":
			p.DefaultPaymentMethod = sdk.String(x.GetPaymentMethod())
		case "due_time":
			p.DueDate = seconds(x.GetDueTime())
		case "metadata":
			p.Metadata = x.GetMetadata()
		}
	}
	return p
}

// Advancing is that an invoice finalizes itself and is collected, in Stripe's words.
func Advancing() *sdk.InvoiceUpdateParams {
	return &sdk.InvoiceUpdateParams{AutoAdvance: sdk.Bool(true)}
}

// Paying is how an invoice is paid, in Stripe's words: with the method that is named, or else with the invoice's or the customer's; or
// nothing is charged, because it was paid elsewhere.
func Paying(method string, elsewhere bool) *sdk.InvoicePayParams {
	switch {
	case elsewhere:
		return &sdk.InvoicePayParams{PaidOutOfBand: sdk.Bool(true)}
	case method != "":
		return &sdk.InvoicePayParams{PaymentMethod: sdk.String(method)}
	}
	return &sdk.InvoicePayParams{}
}
