package translate

import (
	"strconv"
	"strings"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// ItemRef is an item of an invoice as the mirror calls it; without an item, all of them.
func ItemRef(invoice, item string) mirror.Ref {
	id := invoice
	if item != "" {
		id += "/" + item
	}
	return mirror.Ref{Kind: "item", VendorID: id}
}

// ItemID is Stripe's id of an item that the mirror calls so.
func ItemID(id string) string { return id[strings.LastIndexByte(id, '/')+1:] }

// Item is what s tells of an item of an invoice. An error of kind Drift names a field that Stripe always sent and now does not, or says
// that it is on none, as one that is deleted.
func (w Words) Item(s stripe.Seen[sdk.InvoiceItem]) (mirror.Observation, error) {
	x := &s.Is
	if x.Deleted || x.Invoice == nil {
		none := &fault.Error{Kind: fault.Drift, Reason: stripe.ReasonDrift, Field: "invoice", Message: "an item on no invoice"}
		return mirror.Observation{Presence: mirror.Deleted}, none
	}
	o := onInvoice(x.Invoice.ID, s.ID, s, x.Metadata)
	if err := needs("item", s, "amount", "currency", "discountable", "metadata", "period"); err != nil {
		return o, err
	}
	is := billed{
		description: x.Description, amount: money(x.Amount, string(x.Currency)), quantity: x.Quantity, discountable: x.Discountable, period: x.Period,
		recurring: x.Parent != nil && x.Parent.SubscriptionDetails != nil, metadata: x.Metadata,
	}
	if x.Pricing != nil && x.Pricing.PriceDetails != nil {
		is.price = x.Pricing.PriceDetails.Price
	}
	return w.told(o, is), nil
}

// Line is what s tells of a line of an invoice: of an item, or of what a subscription is billed by. That one has no item's id, and its
// metadata are the subscription's.
func (w Words) Line(invoice string, s stripe.Seen[sdk.InvoiceLineItem]) (mirror.Observation, error) {
	x := &s.Is
	item, recurring := madeBy(x)
	own := x.Metadata
	if item == "" {
		item, own = s.ID, nil
	}
	o := onInvoice(invoice, item, s, own)
	if err := needs("line", s, "amount", "currency", "discountable", "metadata", "period"); err != nil {
		return o, err
	}
	is := billed{
		description: x.Description, amount: money(x.Amount, string(x.Currency)), quantity: x.Quantity, discountable: x.Discountable, period: x.Period,
		recurring: recurring, metadata: own,
	}
	if x.Pricing != nil && x.Pricing.PriceDetails != nil {
		is.price = x.Pricing.PriceDetails.Price
	}
	return w.told(o, is), nil
}

// madeBy is the item that a line is of, if it is of one, and whether a subscription made it.
func madeBy(x *sdk.InvoiceLineItem) (item string, subscription bool) {
	switch p := x.Parent; {
	case p == nil:
		return "", false
	case p.InvoiceItemDetails != nil:
		return p.InvoiceItemDetails.InvoiceItem, p.InvoiceItemDetails.Subscription != ""
	case p.SubscriptionItemDetails != nil:
		return p.SubscriptionItemDetails.InvoiceItem, true
	}
	return "", false
}

// onInvoice is what any item tells beside its state. What Stripe says of it as an item differs from what it says of its line, and
// neither is kept.
func onInvoice[T any](invoice, item string, s stripe.Seen[T], metadata map[string]string) mirror.Observation {
	return mirror.Observation{
		Ref: ItemRef(invoice, item), Parent: mirror.Ref{Kind: "invoice", VendorID: invoice}, VendorTime: s.At, Mark: marked(metadata),
	}
}

// billed is what an item and a line have in common.
type billed struct {
	description  string
	amount       *typev1.Money
	price        *sdk.Price
	quantity     int64
	discountable bool
	period       *sdk.Period
	recurring    bool // a subscription made it
	metadata     map[string]string
}

// told is o with what is billed. A period of no length is none: Stripe gives one to every item.
func (w Words) told(o mirror.Observation, is billed) mirror.Observation {
	state := &paymentsv1.InvoiceItem{
		Description: is.description, Amount: is.amount, Quantity: is.quantity, Discountable: &is.discountable, FromSubscription: is.recurring,
		Metadata: theirs(is.metadata),
	}
	if is.price != nil {
		state.Price = w.name("prices", is.price.ID)
	}
	if p := is.period; p != nil && p.Start != p.End {
		state.PeriodStartTime, state.PeriodEndTime = stamp(p.Start), stamp(p.End)
	}
	o.State, o.Covers = state, mirror.Fields("description", "amount", "price", "quantity", "period_start_time", "period_end_time", "discountable",
		"from_subscription", "metadata")
	return o
}

// NewItem is a new item in Stripe's words, with the mark of the job that makes it.
func NewItem(i *paymentsv1.InvoiceItem, invoice, customer string, mark uuid.UUID) *sdk.InvoiceItemCreateParams {
	p := &sdk.InvoiceItemCreateParams{
		Invoice: sdk.String(invoice), Customer: sdk.String(customer), Discountable: i.Discountable, Metadata: marking(i.GetMetadata(), mark),
	}
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

// ItemPatch is the fields in paths in Stripe's words. Where there is an amount, it is for all pieces together; a period is sent whole or
// not at all.
func ItemPatch(i *paymentsv1.InvoiceItem, paths []string) *sdk.InvoiceItemUpdateParams {
	p := &sdk.InvoiceItemUpdateParams{}
	for _, path := range paths {
		switch path {
		case "description":
			p.Description = sdk.String(i.GetDescription())
		case "amount":
			if i.GetAmount() != nil {
				p.Amount = sdk.Int64(i.GetAmount().GetMinorUnits())
			}
		case "quantity":
			if i.GetAmount() == nil {
				p.Quantity = quantity(i.GetQuantity())
			}
		case "period_start_time", "period_end_time":
			if i.GetPeriodStartTime() != nil && i.GetPeriodEndTime() != nil {
				p.Period = &sdk.InvoiceItemUpdatePeriodParams{Start: seconds(i.GetPeriodStartTime()), End: seconds(i.GetPeriodEndTime())}
			}
		case "discountable":
			p.Discountable = i.Discountable
		case "metadata":
			p.Metadata = i.GetMetadata()
		}
	}
	return p
}

// itemKey is the metadata that says which of a new invoice's items one is.
const itemKey = oursBegin + "item"

// NthItem is NewItem of the n-th item of a new invoice; the job makes them all.
func NthItem(i *paymentsv1.InvoiceItem, invoice, customer string, mark uuid.UUID, n int) *sdk.InvoiceItemCreateParams {
	p := NewItem(i, invoice, customer, mark)
	p.Metadata[itemKey] = strconv.Itoa(n)
	return p
}

// Nth is which of the items of an invoice that we have made this is; ok is false if it is none of them. Whose mark it carries does not
// matter: a replay is another job's, and what the first one has added must not be added again.
func Nth(x *sdk.InvoiceItem) (n int, ok bool) {
	n, err := strconv.Atoi(x.Metadata[itemKey])
	return n, err == nil && marked(x.Metadata) != uuid.UUID{}
}
