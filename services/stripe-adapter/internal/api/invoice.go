package api

import (
	"context"

	"google.golang.org/grpc"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// Invoices is the InvoiceService.
type Invoices struct {
	paymentsv1.UnimplementedInvoiceServiceServer

	invoices  *resource.Server[*paymentsv1.Invoice]
	items     *resource.Server[*paymentsv1.InvoiceItem]
	customers *resource.Server[*paymentsv1.Customer]
}

// NewInvoices serves the invoices and their items.
func NewInvoices(c resource.Config) *Invoices {
	return &Invoices{
		customers: customers(c),
		invoices:  resource.New(c, resource.Kind[*invoice]{Name: "invoice", Collections: []string{"invoices"}, Fields: invoiceFields()}),
		items: resource.New(c, resource.Kind[*item]{
			Name: "item", Collections: []string{"invoices", "items"}, ChildID: store.ItemID, Fields: itemFields(),
		}),
	}
}

type (
	invoice      = paymentsv1.Invoice
	invoiceWrite = resource.Write[*invoice]
)

func invoiceFields() []resource.Field[*invoice] {
	return []resource.Field[*invoice]{
		{
			Path: "customer", Check: resource.Checked((*invoice).GetCustomer, named("customers")), Born: true, Required: true,
			Refers: resource.Refers[*invoice]{Kind: "customer", ID: func(x *invoice) string { return last(x.GetCustomer()) }},
		},
		{Path: "currency_code", Check: resource.Checked((*invoice).GetCurrencyCode, store.CheckCurrency), Born: true},
		{Path: "collection_mode", Check: resource.Checked((*invoice).GetCollectionMode, collectionMode)},
		{Path: "auto_advance"},
		{Path: "description", Check: resource.Checked((*invoice).GetDescription, text(1500))},
		{Path: "payment_method", Check: resource.Checked((*invoice).GetPaymentMethod, text(maxID))},
		{Path: "due_time", Check: resource.Checked((*invoice).GetDueTime, point)},
		{Path: "metadata", Check: resource.Checked((*invoice).GetMetadata, metadata)},
	}
}

// GetInvoice returns one invoice, deleted or not.
func (s *Invoices) GetInvoice(ctx context.Context, r *paymentsv1.GetInvoiceRequest) (*invoice, error) {
	return s.invoices.Get(ctx, r.GetName())
}

// BatchGetInvoices returns several invoices of one connection, in the order of the names.
func (s *Invoices) BatchGetInvoices(ctx context.Context, r *paymentsv1.BatchGetInvoicesRequest) (*paymentsv1.BatchGetInvoicesResponse, error) {
	found, err := s.invoices.BatchGet(ctx, r)
	return &paymentsv1.BatchGetInvoicesResponse{Invoices: found}, err
}

// ListInvoices returns a page of the invoices of one connection, newest first.
func (s *Invoices) ListInvoices(ctx context.Context, r *paymentsv1.ListInvoicesRequest) (*paymentsv1.ListInvoicesResponse, error) {
	q, err := invoicesWanted(r.GetFilter(), r.GetParent())
	if err != nil {
		return nil, err
	}
	page, next, err := s.invoices.List(ctx, r, q)
	return &paymentsv1.ListInvoicesResponse{Invoices: page, NextPageToken: next}, err
}

func invoicesWanted(f *paymentsv1.InvoiceFilter, parent string) (mirror.Query, error) {
	q, err := standing(f, f.GetStates(), "customer", "customers", f.GetCustomer(), parent)
	if err != nil {
		return q, err
	}
	if err := byName(&q, "subscription", "subscriptions", f.GetSubscription(), parent); err != nil {
		return q, err
	}
	return q, byTime(&q, "filter.due_before", "due_at < ?", f.GetDueBefore())
}

// WatchInvoices streams every visible change of one connection's invoices.
func (s *Invoices) WatchInvoices(r *paymentsv1.WatchInvoicesRequest, to grpc.ServerStreamingServer[paymentsv1.WatchInvoicesResponse]) error {
	return resource.Watch(s.invoices, r, to, func(c resource.Change[*invoice]) *paymentsv1.WatchInvoicesResponse {
		return &paymentsv1.WatchInvoicesResponse{Invoice: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
