package translate

import (
	"strconv"
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

// itemKey is the metadata that says which of a new invoice's items one is.
const itemKey = "breakwater_item"

// NewItem is the n-th item of a new invoice in Stripe's words, with the mark of the job that makes them all.
func NewItem(i *paymentsv1.InvoiceItem, invoice, customer string, mark uuid.UUID, n int) *sdk.InvoiceItemCreateParams {
	p := &sdk.InvoiceItemCreateParams{
		Invoice: sdk.String(invoice), Customer: sdk.String(customer), Discountable: i.Discountable, Metadata: marking(i.GetMetadata(), mark),
	}
	p.Metadata[itemKey] = strconv.Itoa(n)
	if i.GetDescription() != "" {
		p.Description = sdk.String(i.GetDescription())
	}
	if i.GetPrice() != "" {
		p.Pricing = &sdk.InvoiceItemCreatePricingParams{Price: sdk.String(ID(i.GetPrice()))}
		p.Quantity = quantity(i.GetQuantity())
	} else {
		p.Amount = sdk.Int64(i.GetAmount().GetMinorUnits())
		p.Currency = sdk.String(strings.ToLower(i.GetAmount().GetCurrencyCode()))
	}
	if i.GetPeriodStartTime() != nil && i.GetPeriodEndTime() != nil {
		p.Period = &sdk.InvoiceItemCreatePeriodParams{Start: seconds(i.GetPeriodStartTime()), End: seconds(i.GetPeriodEndTime())}
	}
	return p
}

// Item is which of the items of an invoice that we have made this is; ok is false if it is none of them. Whose mark it carries does not
// matter: a replay is another job's, and what the first one has added must not be added again.
func Item(x *sdk.InvoiceItem) (n int, ok bool) {
	n, err := strconv.Atoi(x.Metadata[itemKey])
	return n, err == nil && marked(x.Metadata) != uuid.UUID{}
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
