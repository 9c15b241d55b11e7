package api

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

type (
	item      = paymentsv1.InvoiceItem
	itemWrite = resource.Write[*item]
)

func itemFields() []resource.Field[*item] {
	return []resource.Field[*item]{
		{Path: "description", Check: resource.Checked((*item).GetDescription, text(maxItemText))},
		{Path: "amount", Check: resource.Checked((*item).GetAmount, owed)},
		{Path: "price", Check: resource.Checked((*item).GetPrice, named("prices")), Born: true},
		{Path: "quantity", Check: resource.Checked((*item).GetQuantity, pieces)},
		{Path: "period_start_time", Check: resource.Checked((*item).GetPeriodStartTime, point)},
		{Path: "period_end_time", Check: resource.Checked((*item).GetPeriodEndTime, point)},
		{Path: "discountable"},
		{Path: "metadata", Check: resource.Checked((*item).GetMetadata, metadata)},
	}
}

func pieces(field string, n int64) error {
	if n < 0 {
		return fault.Field(field, "must not be negative")
	}
	return nil
}

// AddInvoiceItem accepts a new item of a draft.
func (s *Invoices) AddInvoiceItem(ctx context.Context, r *paymentsv1.AddInvoiceItemRequest) (*item, error) {
	x := r.GetItem()
	if x != nil {
		if err := invoiceItem("item", x, r.GetParent()); err != nil {
			return nil, err
		}
	}
	w := itemWrite{Operation: "AddInvoiceItem", Arguments: map[string]string{}}
	w.Check = func(ctx context.Context) error {
		of, err := s.draft(ctx, r.GetParent())
		if err != nil {
			return err
		}
		if code := x.GetAmount().GetCurrencyCode(); of.GetCurrencyCode() != "" && code != "" && code != of.GetCurrencyCode() {
			return fault.Field("item.amount.currency_code", "must be the invoice's")
		}
		if id := last(of.GetCustomer()); !strings.HasPrefix(id, "~") {
			w.Arguments["customer"] = id
		}
		return nil
	}
	return s.items.Create(ctx, w, r, x)
}

// draft is the invoice of that name, if it is one still.
func (s *Invoices) draft(ctx context.Context, name string) (*invoice, error) {
	x, err := s.invoices.Read(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case !written(x):
		return nil, notNow("INVOICE_FINAL", "items may change in a draft only")
	}
	return x, nil
}

// onDraft says why what stands under an item's name cannot be changed.
func (s *Invoices) onDraft(name string) func(context.Context) error {
	return func(ctx context.Context) error {
		of, _, _ := strings.Cut(name, "/items/")
		_, err := s.draft(ctx, of)
		return err
	}
}

func byNoSubscription(shown *item) error {
	if shown.GetFromSubscription() {
		return notNow("ITEM_OF_SUBSCRIPTION", "a subscription made it: change that")
	}
	return nil
}

// UpdateInvoiceItem accepts a change and queues it.
func (s *Invoices) UpdateInvoiceItem(ctx context.Context, r *paymentsv1.UpdateInvoiceItemRequest) (*item, error) {
	x, chosen := r.GetItem(), chosenBy(r.GetUpdateMask(), map[string]bool{
		"amount": r.GetItem().GetAmount() != nil, "quantity": r.GetItem().GetQuantity() != 0,
		"period_start_time": r.GetItem().GetPeriodStartTime() != nil, "period_end_time": r.GetItem().GetPeriodEndTime() != nil,
	})
	if err := counted("item.amount", x.GetAmount()); err != nil {
		return nil, err
	}
	return s.items.Update(ctx, itemWrite{Operation: "UpdateInvoiceItem", Check: s.onDraft(x.GetName()), Allows: func(shown *item) error {
		return firstOf(
			func() error { return byNoSubscription(shown) },
			func() error { return whole(shown, x, chosen) },
			func() error { return measured(shown, x, chosen) },
		)
	}}, r, x, r.GetUpdateMask())
}

// whole checks that a period changes at both ends, and is not taken away: the vendor takes neither.
func whole(shown, x *item, chosen func(string) bool) error {
	starts, ends := chosen("period_start_time"), chosen("period_end_time")
	switch begin, end := x.GetPeriodStartTime(), x.GetPeriodEndTime(); {
	case starts != ends || (begin == nil) != (end == nil):
		return fault.Field("item.period_end_time", "changes with period_start_time, or neither does")
	case starts && begin == nil && shown.GetPeriodStartTime() != nil:
		return fault.Field("item.period_start_time", "cannot be taken away")
	}
	return nil
}

// measured checks that an item stays one of an amount, or of pieces of a price.
func measured(shown, x *item, chosen func(string) bool) error {
	priced := shown.GetPrice() != ""
	switch amount, n := x.GetAmount(), x.GetQuantity(); {
	case chosen("amount") && priced && amount != nil:
		return fault.Field("item.amount", "follows from the price")
	case chosen("amount") && !priced && amount == nil:
		return fault.Field("item.amount", "is required where no price is set")
	case chosen("amount") && !priced && amount.GetCurrencyCode() != shown.GetAmount().GetCurrencyCode():
		return fault.Field("item.amount.currency_code", "must be the invoice's")
	case chosen("quantity") && !priced && (n > 1 || !chosen("amount")):
		return fault.Field("item.quantity", "is of a price")
	case chosen("quantity") && priced && n == 0:
		return fault.Field("item.quantity", "must be above 0")
	}
	return nil
}

// chosenBy says which of some fields an update chooses: populated are those that hold something.
func chosenBy(mask *fieldmaskpb.FieldMask, populated map[string]bool) func(path string) bool {
	paths := mask.GetPaths()
	return func(path string) bool {
		return slices.Contains(paths, path) || slices.Contains(paths, "*") || len(paths) == 0 && populated[path]
	}
}

// DeleteInvoiceItem accepts the deletion of an item.
func (s *Invoices) DeleteInvoiceItem(ctx context.Context, r *paymentsv1.DeleteInvoiceItemRequest) (*item, error) {
	return s.items.Do(ctx, itemWrite{
		Operation: "DeleteInvoiceItem", Effect: mirror.Deletes, Check: s.onDraft(r.GetName()), Allows: byNoSubscription,
	}, r)
}

// ListInvoiceItems returns a page of an invoice's items.
func (s *Invoices) ListInvoiceItems(ctx context.Context, r *paymentsv1.ListInvoiceItemsRequest) (*paymentsv1.ListInvoiceItemsResponse, error) {
	page, next, err := s.items.List(ctx, r, mirror.Query{})
	return &paymentsv1.ListInvoiceItemsResponse{Items: page, NextPageToken: next}, err
}
