package sim

import "time"

// invoiceParams are the parameters of lists of invoices and of recurring ones. Those of changes came with a later edition of the
// vendor's document: an older build ignores them.
func invoiceParams() []string {
	return []string{
		"includelines", "client_id", "site_id", "ticket_id", "search", "idonly", "postedonly", "notpostedonly", "paymentstatuses",
		"datesearch", "start_date", "end_date", "third_party_id",
	}
}

func (h *Halo) invoiceKind() *kind[invoiceFields] {
	return &kind[invoiceFields]{
		name: "invoice", resource: "/Invoice", key: "invoices", read: "read:invoices", edit: "edit:invoices", first: 5001,
		owner:  func(r *invoice) int { return int(r.Fields.ClientID) },
		params: invoiceParams(),
		fresh: func(now stamp) invoiceFields {
			day := now.Truncate(24 * time.Hour)
			return invoiceFields{InvoiceDate: stamp{day}, DueDate: stamp{day.AddDate(0, 0, 30)}, CurrencyCode: 1}
		},
		orders: map[string]func(a, b *invoice) int{
			"invoice_date": func(a, b *invoice) int { return a.Fields.InvoiceDate.Compare(b.Fields.InvoiceDate.Time) },
			"duedate":      func(a, b *invoice) int { return a.Fields.DueDate.Compare(b.Fields.DueDate.Time) },
		},
		filter: invoiceFilter,
		row:    h.invoiceInList,
		detail: func(r *invoice, everything bool, s Switches) any { return h.invoiceView(r, everything, false, s) },
		admit:  h.admitInvoice,
		marks:  invoiceMarks,
		remove: func(r *invoice) (*invoice, error) {
			if !r.Fields.Posted.IsZero() {
				return nil, invalid("A posted invoice cannot be deleted.") // [unsure]
			}
			return nil, nil //nolint:nilnil // nothing is left, and nothing is wrong
		},
	}
}

func invoiceMarks(r *invoice) map[string]string {
	return map[string]string{"thirdpartyinvoicenumber": r.Fields.ThirdPartyNumber, "reference": r.Fields.Reference}
}

// recurringKind is read only.
func (h *Halo) recurringKind() *kind[invoiceFields] {
	return &kind[invoiceFields]{
		name: "recurring_invoice", resource: "/RecurringInvoice", key: "invoices", read: "read:invoices", first: 81,
		owner:  func(r *invoice) int { return int(r.Fields.ClientID) },
		params: invoiceParams(),
		fresh:  func(now stamp) invoiceFields { return invoiceFields{InvoiceDate: now, CurrencyCode: 1} },
		filter: invoiceFilter,
		row: func(c *call, r *invoice, s Switches) any {
			out := h.invoiceView(r, c.flag("includelines"), true, s)
			out.CustomFields, out.ExternalLinks = c.customs(r.Custom, s), nil
			return out
		},
		detail: func(r *invoice, everything bool, s Switches) any { return h.invoiceView(r, everything, true, s) },
		admit:  h.admitRecurring,
	}
}

func invoiceFilter(c *call, s Switches) func(*invoice) bool {
	posted, draft := c.flag("postedonly"), c.flag("notpostedonly")
	mark := c.query.Get("third_party_id")
	paid := c.query.Get("paymentstatuses")
	return all(
		invoiceDates(c, s),
		equals(c, "client_id", func(r *invoice) int { return int(r.Fields.ClientID) }),
		equals(c, "site_id", func(r *invoice) int { return int(r.Fields.SiteNumber) }),
		equals(c, "ticket_id", func(r *invoice) int { return int(r.Fields.TicketID) }),
		mentions(c, "search", func(r *invoice) string { return invoiceNumber(r) + "\n" + r.Fields.Reference }),
		func(r *invoice) bool { return !posted || !r.Fields.Posted.IsZero() },
		func(r *invoice) bool { return !draft || r.Fields.Posted.IsZero() },
		func(r *invoice) bool { return paid == "" || listed(paid, paymentStatus(r)) },
		func(r *invoice) bool {
			return mark == "" || s.InvoiceMarkFilter == "ignored" || r.Fields.ThirdPartyNumber == mark
		},
	)
}

// invoiceDates is the filter by one of the dates. Note start_date and end_date, unlike those of tickets and actions.
// [official: Halo OpenAPI of 2025, /Invoice]
func invoiceDates(c *call, s Switches) func(*invoice) bool {
	of := updated[invoiceFields]
	switch c.query.Get("datesearch") {
	case "last_modified":
	case "invoice_date":
		of = func(r *invoice) time.Time { return r.Fields.InvoiceDate.Time }
	case "duedate":
		of = func(r *invoice) time.Time { return r.Fields.DueDate.Time }
	default:
		return nil
	}
	return between(c, "start_date", "end_date", s.InvoiceSince, of)
}
