package translate

import (
	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func invoiceFields() map[string]string {
	return map[string]string{
		"number": "invoicenumber", "state": "posted voided datepaid amountdue", "client": "client_id", "site": "sitenumber", "ticket": "ticket_id",
		"issue_time": "invoice_date", "due_time": "duedate", "reference": "reference", "note": "notes_1", "internal_note": "internal_note",
		"currency_code": "id " + currencyField, "subtotal": "revenue " + currencyField, "tax": "tax_total " + currencyField,
		"total": "total " + currencyField, "amount_due": "amountdue " + currencyField, "post_time": "dateposted",
		"pay_time": "datepaid amountdue", "recurring_invoice": "recurring_invoice_id",
		"custom_fields": "customfields", "create_time": "date_created", "update_time": "last_modified",
	}
}

// Invoice is what x tells of its invoice.
func (w Words) Invoice(x halo.Invoice, s Shape) (mirror.Observation, error) {
	currency := w.CurrencyOf(x.Currency)
	state := billed(x)
	i := &psav1.Invoice{
		Number: x.Number, State: state, Client: ref(int64(x.ClientID)), Site: ref(int64(x.SiteID)), Ticket: ref(int64(x.TicketID)),
		IssueTime: stamp(w.day(x.InvoiceDate).Time), DueTime: stamp(w.day(x.DueDate).Time), Reference: x.Reference, Note: x.Note,
		InternalNote: x.InternalNote, Lines: invoiceLines(x.Lines, currency), CurrencyCode: currency, Subtotal: money(x.Revenue, currency),
		Tax: money(x.TaxTotal, currency), Total: money(x.Total, currency), AmountDue: money(x.AmountDue, currency),
		PostTime: stamp(x.DatePosted.Time), RecurringInvoice: ref(int64(x.RecurringID)), CustomFields: customFields(x.CustomFields),
		CreateTime: stamp(x.DateCreated.Time), UpdateTime: stamp(x.LastModified.Time),
	}
	if state == psav1.Invoice_STATE_PAID {
		i.PayTime = stamp(x.DatePaid.Time)
	}
	return told{
		ref: EntityRef("invoice", x.ID), row: x.Row, shape: s, fields: invoiceFields(), required: []string{"client_id", "posted", "voided"},
		stamp: x.LastModified, mark: x.Mark, state: i, lines: tellsLines(x.Lines, s, x.Revenue) && (s == Detail || x.Has(currencyField)),
	}.observed()
}

// billed is where an invoice stands. What the numbers of paymentstatus mean is not documented, so the sums decide.
func billed(x halo.Invoice) psav1.Invoice_State {
	due := rational(x.AmountDue)
	switch {
	case x.Voided:
		return psav1.Invoice_STATE_VOID
	case !x.DatePaid.IsZero() && due != nil && due.Sign() == 0:
		return psav1.Invoice_STATE_PAID
	case x.Posted:
		return psav1.Invoice_STATE_OPEN
	}
	return psav1.Invoice_STATE_DRAFT
}

func invoiceLines(all []halo.InvoiceLine, currency string) []*psav1.InvoiceLine {
	out := make([]*psav1.InvoiceLine, 0, len(all))
	for _, l := range all {
		out = append(out, &psav1.InvoiceLine{
			Id: ref(l.ID), Item: l.ItemCode, Description: l.ShortDescription, Details: l.LongDescription, Quantity: decimal(l.Quantity),
			UnitPrice: price(l.UnitPrice, currency), DiscountPercent: percent(l.Discount), TaxCode: l.TaxCode, Ticket: ref(int64(l.TicketID)),
			Net: money(l.NetAmount, currency), Tax: money(l.TaxAmount, currency),
		})
	}
	return out
}

// InvoicePatch is the fields in paths of i in Halo's words; its money is in currency, if that is known. fault.Invalid: a value
// that cannot be one of Halo's.
func (w Words) InvoicePatch(i *psav1.Invoice, paths []string, currency string) (halo.Patch, error) {
	return patched(paths, func(p *halo.Patch, path string) error {
		switch path {
		case "client":
			return putID(p, "client_id", "invoice.client", i.GetClient())
		case "site":
			return putID(p, "sitenumber", "invoice.site", i.GetSite())
		case "ticket":
			return putID(p, "ticket_id", "invoice.ticket", i.GetTicket())
		case "issue_time":
			w.putDay(p, "invoice_date", i.GetIssueTime(), i.GetIssueTime() != nil)
		case "due_time":
			w.putDay(p, "duedate", i.GetDueTime(), i.GetDueTime() != nil)
		case "reference":
			p.Text("reference", i.GetReference())
		case "note":
			p.Text("notes_1", i.GetNote())
		case "internal_note":
			p.Text("internal_note", i.GetInternalNote())
		case "lines":
			return putLines(p, "invoice", i.GetLines(), currency, invoiceLinePatch)
		case "state": // what callers can do to it is voiding it
			p.Bool("voided", i.GetState() == psav1.Invoice_STATE_VOID)
		case "custom_fields":
			return putCustom(p, i.GetCustomFields())
		default:
			return unwritable(path)
		}
		return nil
	})
}

func invoiceLinePatch(l *psav1.InvoiceLine, field, currency string) (halo.Patch, error) {
	var p halo.Patch
	w := linePut{p: &p, field: field, currency: currency}
	w.id("id", "id", l.GetId())
	w.text("item_code", l.GetItem(), true)
	w.text("item_shortdescription", l.GetDescription(), l.GetItem() == "")
	p.Text("item_longdescription", l.GetDetails())
	w.number("qty_order", "quantity", l.GetQuantity())
	w.money("unit_price", "unit_price", l.GetUnitPrice())
	w.number("discount_perc", "discount_percent", l.GetDiscountPercent())
	w.text("tax_code", l.GetTaxCode(), false)
	w.id("ticket_id", "ticket", l.GetTicket())
	return p, w.err
}

// NewInvoice is a new draft in Halo's words, with the mark in its thirdpartyinvoicenumber, unless an accounts package owns that.
func (w Words) NewInvoice(i *psav1.Invoice, paths []string, mark uuid.UUID, marked bool) (halo.Patch, error) {
	p, err := w.InvoicePatch(i, paths, w.Currency)
	if marked {
		p.Text("thirdpartyinvoicenumber", mark.String())
	}
	return p, err
}

func recurringFields() map[string]string {
	return map[string]string{
		"display_name": "name", "client": "client_id", "site": "sitenumber", "inactive": "disabled", "reference": "reference",
		"currency_code": "id " + currencyField, "subtotal": "revenue " + currencyField, "tax": "tax_total " + currencyField,
		"total": "total " + currencyField, "start_time": "startdate", "end_time": "enddate", "last_issue_time": "lastcreated", "next_issue_time": "nextcreationdate",
		"custom_fields": "customfields", "update_time": "last_modified",
	}
}

// RecurringInvoice is what x tells of what bills are made from.
func (w Words) RecurringInvoice(x halo.Invoice, s Shape) (mirror.Observation, error) {
	currency := w.CurrencyOf(x.Currency)
	return told{
		ref: EntityRef("recurring_invoice", x.ID), row: x.Row, shape: s, fields: recurringFields(), required: []string{"client_id"},
		stamp: x.LastModified, lines: tellsLines(x.Lines, s, x.Revenue) && (s == Detail || x.Has(currencyField)),
		state: &psav1.RecurringInvoice{
			DisplayName: x.Name, Client: ref(int64(x.ClientID)), Site: ref(int64(x.SiteID)), Inactive: x.Disabled, Reference: x.Reference,
			Lines: invoiceLines(x.Lines, currency), CurrencyCode: currency, Subtotal: money(x.Revenue, currency),
			Tax: money(x.TaxTotal, currency), Total: money(x.Total, currency), StartTime: stamp(w.day(x.StartDate).Time),
			EndTime: stamp(w.day(x.EndDate).Time), LastIssueTime: stamp(x.LastMade.Time), NextIssueTime: stamp(x.NextMade.Time),
			CustomFields: customFields(x.CustomFields), UpdateTime: stamp(x.LastModified.Time),
		},
	}.observed()
}
