package api

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Invoices is the InvoiceService.
type Invoices struct {
	psav1.UnimplementedInvoiceServiceServer

	invoices  *resource.Server[*psav1.Invoice]
	recurring *resource.Server[*psav1.RecurringInvoice]
	currency  map[string]string
}

// NewInvoices serves the bills, and what they are made from. currency is what each connection is configured with, if it is.
func NewInvoices(c resource.Config, currency map[string]string) *Invoices {
	return &Invoices{
		currency: currency,
		invoices: resource.New(c, resource.Kind[*psav1.Invoice]{Name: "invoice", Collections: []string{"invoices"}, Fields: invoiceFields()}),
		recurring: resource.New(c, resource.Kind[*psav1.RecurringInvoice]{
			Name: "recurring_invoice", Collections: []string{"recurringInvoices"},
		}),
	}
}

func invoiceFields() []resource.Field[*psav1.Invoice] {
	return []resource.Field[*psav1.Invoice]{
		{
			Path: "client", Check: resource.Checked((*psav1.Invoice).GetClient, number), Required: true, Born: true,
			Refers: resource.Refers[*psav1.Invoice]{Kind: "client", ID: (*psav1.Invoice).GetClient},
		},
		{
			Path: "site", Check: resource.Checked((*psav1.Invoice).GetSite, numberOrNone),
			Refers: resource.Refers[*psav1.Invoice]{Kind: "site", ID: (*psav1.Invoice).GetSite},
		},
		{
			Path: "ticket", Check: resource.Checked((*psav1.Invoice).GetTicket, number), Born: true,
			Refers: resource.Refers[*psav1.Invoice]{Kind: "ticket", ID: (*psav1.Invoice).GetTicket},
		},
		{Path: "issue_time", Check: resource.Checked((*psav1.Invoice).GetIssueTime, day)},
		{Path: "due_time", Check: resource.Checked((*psav1.Invoice).GetDueTime, day)},
		{Path: "reference", Check: resource.Checked((*psav1.Invoice).GetReference, text(0, 50))},
		{Path: "note", Check: resource.Checked((*psav1.Invoice).GetNote, text(0, 4000))},
		{Path: "internal_note", Check: resource.Checked((*psav1.Invoice).GetInternalNote, text(0, 4000))},
		{Path: "lines", Check: func(field string, i *psav1.Invoice) error { return lined(field, i.GetLines(), invoiceLine) }},
		{Path: "custom_fields", Check: resource.Checked((*psav1.Invoice).GetCustomFields, customFields)},
	}
}

// invoiceLine checks one line.
func invoiceLine(field string, l *psav1.InvoiceLine) error {
	least := 1
	if l.GetItem() != "" {
		least = 0
	} else if l.GetUnitPrice() == nil {
		return fault.Field(field+".unit_price", "is required, unless item says it")
	}
	return first(
		text(0, 100)(field+".item", l.GetItem()), text(least, 250)(field+".description", l.GetDescription()),
		text(0, 4000)(field+".details", l.GetDetails()), quantity(field+".quantity", l.GetQuantity()),
		money(field+".unit_price", l.GetUnitPrice()), positive(field+".discount_percent", l.GetDiscountPercent()),
		text(0, 50)(field+".tax_code", l.GetTaxCode()), numberOrNone(field+".ticket", l.GetTicket()),
	)
}

// GetInvoice returns one invoice, deleted or not.
func (s *Invoices) GetInvoice(ctx context.Context, r *psav1.GetInvoiceRequest) (*psav1.Invoice, error) {
	return s.invoices.Get(ctx, r.GetName())
}

// BatchGetInvoices returns several invoices of one connection, in the order of the names.
func (s *Invoices) BatchGetInvoices(ctx context.Context, r *psav1.BatchGetInvoicesRequest) (*psav1.BatchGetInvoicesResponse, error) {
	found, err := s.invoices.BatchGet(ctx, r)
	return &psav1.BatchGetInvoicesResponse{Invoices: found}, err
}

// ListInvoices returns a page of the invoices of one connection, latest known first.
func (s *Invoices) ListInvoices(ctx context.Context, r *psav1.ListInvoicesRequest) (*psav1.ListInvoicesResponse, error) {
	q, err := invoiceQuery(r.GetFilter())
	if err != nil {
		return nil, err
	}
	page, next, err := s.invoices.List(ctx, r, q)
	return &psav1.ListInvoicesResponse{Invoices: page, NextPageToken: next}, err
}

// CreateInvoice accepts a new invoice.
func (s *Invoices) CreateInvoice(ctx context.Context, r *psav1.CreateInvoiceRequest) (*psav1.Invoice, error) {
	if err := oneCurrency(s.currency[connectionOf(r.GetParent())], invoiceAmounts(r.GetInvoice().GetLines())); err != nil {
		return nil, err
	}
	return s.invoices.Create(ctx, resource.Write[*psav1.Invoice]{Operation: "CreateInvoice"}, r, asked(r.GetInvoice()))
}

// UpdateInvoice accepts a change and queues it.
func (s *Invoices) UpdateInvoice(ctx context.Context, r *psav1.UpdateInvoiceRequest) (*psav1.Invoice, error) {
	own := asked(r.GetInvoice())
	w := resource.Write[*psav1.Invoice]{Operation: "UpdateInvoice", Allows: changeable(own, r.GetUpdateMask())}
	return s.invoices.Update(ctx, w, r, own, r.GetUpdateMask())
}

// WatchInvoices streams every visible change of one connection's invoices.
func (s *Invoices) WatchInvoices(r *psav1.WatchInvoicesRequest, to grpc.ServerStreamingServer[psav1.WatchInvoicesResponse]) error {
	return resource.Watch(s.invoices, r, to, func(c resource.Change[*psav1.Invoice]) *psav1.WatchInvoicesResponse {
		return &psav1.WatchInvoicesResponse{Invoice: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}

// changeable lets nobody change what is void, nor the lines of what is no draft any more, nor into another currency.
func changeable(asked *psav1.Invoice, mask *fieldmaskpb.FieldMask) func(*psav1.Invoice) error {
	lines := setsLines(mask, len(asked.GetLines()))
	return func(shown *psav1.Invoice) error {
		switch s := shown.GetState(); {
		case s == psav1.Invoice_STATE_VOID:
			return &fault.Error{Kind: fault.Precondition, Reason: "VOID", Message: "the invoice is void"}
		case lines && s != psav1.Invoice_STATE_DRAFT && s != psav1.Invoice_STATE_UNSPECIFIED:
			return &fault.Error{Kind: fault.Precondition, Reason: "NO_DRAFT", Message: "lines may change in a draft only"}
		case lines:
			return oneCurrency(shown.GetCurrencyCode(), invoiceAmounts(asked.GetLines()))
		}
		return nil
	}
}

// VoidInvoice accepts that an invoice is void. Halo has no place for the reason.
func (s *Invoices) VoidInvoice(ctx context.Context, r *psav1.VoidInvoiceRequest) (*psav1.Invoice, error) {
	if err := text(0, maxReason)("reason", r.GetReason()); err != nil {
		return nil, err
	}
	return s.invoices.Do(ctx, resource.Write[*psav1.Invoice]{
		Operation: "VoidInvoice", Patch: &psav1.Invoice{State: psav1.Invoice_STATE_VOID}, Paths: []string{"state"}, Allows: voidable,
	}, r)
}

func voidable(shown *psav1.Invoice) error {
	switch shown.GetState() {
	case psav1.Invoice_STATE_PAID:
		return &fault.Error{Kind: fault.Precondition, Reason: "PAID", Message: "the invoice is paid"}
	case psav1.Invoice_STATE_VOID:
		return &fault.Error{Kind: fault.Precondition, Reason: "ALREADY_VOID", Message: "the invoice is void already"}
	default:
		return nil
	}
}

// GetRecurringInvoice returns one recurring invoice, deleted or not.
func (s *Invoices) GetRecurringInvoice(ctx context.Context, r *psav1.GetRecurringInvoiceRequest) (*psav1.RecurringInvoice, error) {
	return s.recurring.Get(ctx, r.GetName())
}

// ListRecurringInvoices returns a page of the recurring invoices of one connection, latest known first.
func (s *Invoices) ListRecurringInvoices(ctx context.Context, r *psav1.ListRecurringInvoicesRequest) (*psav1.ListRecurringInvoicesResponse, error) {
	var q mirror.Query
	inUse(&q, r.GetFilter().GetActive())
	if err := byID(&q, "client", r.GetFilter().GetClient()); err != nil {
		return nil, err
	}
	page, next, err := s.recurring.List(ctx, r, q)
	return &psav1.ListRecurringInvoicesResponse{RecurringInvoices: page, NextPageToken: next}, err
}

func invoiceQuery(f *psav1.InvoiceFilter) (q mirror.Query, err error) {
	byStanding(&q, f.GetPending(), f.GetRefused())
	return q, first(
		anyState(&q, f.GetStates(), psav1.Invoice_State_name), byID(&q, "client", f.GetClient()), byID(&q, "ticket", f.GetTicket()),
		byMoment(&q, "issued_since", "issued_at >= ?", f.GetIssuedSince()), byMoment(&q, "due_before", "due_at < ?", f.GetDueBefore()),
	)
}
