package store

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Quotes is the mirror of the offers to clients.
func Quotes(c Config) mirror.Kind[*psav1.Quote] {
	k := entity(c, "quote", "quotes", func(x *psav1.Quote) *[]*psav1.CustomField { return &x.CustomFields })
	k.ColumnNames = []string{"state", "client", "opportunity"}
	k.Columns = func(x *psav1.Quote) []any {
		return []any{int16(x.GetState()), x.GetClient(), x.GetOpportunity()} //nolint:gosec // few states
	}
	return k
}

// Invoices is the mirror of the bills.
func Invoices(c Config) mirror.Kind[*psav1.Invoice] {
	k := entity(c, "invoice", "invoices", func(x *psav1.Invoice) *[]*psav1.CustomField { return &x.CustomFields })
	k.ColumnNames = []string{"state", "client", "ticket", "issued_at", "due_at"}
	k.Columns = func(x *psav1.Invoice) []any {
		return []any{int16(x.GetState()), x.GetClient(), x.GetTicket(), timeOf(x.GetIssueTime()), timeOf(x.GetDueTime())} //nolint:gosec // few states
	}
	return k
}

// RecurringInvoices is the mirror of what bills are made from.
func RecurringInvoices(c Config) mirror.Kind[*psav1.RecurringInvoice] {
	k := entity(c, "recurring_invoice", "recurringInvoices", func(x *psav1.RecurringInvoice) *[]*psav1.CustomField { return &x.CustomFields })
	k.ColumnNames = []string{"inactive", "client"}
	k.Columns = func(x *psav1.RecurringInvoice) []any { return []any{x.GetInactive(), x.GetClient()} }
	return k
}

// timeOf is a column; nil for none.
func timeOf(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	at := t.AsTime()
	return &at
}
