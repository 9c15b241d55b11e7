package sim

import "fmt"

func (h *Halo) invoiceInList(c *call, r *invoice, s Switches) any {
	out := h.invoiceView(r, c.flag("includelines"), false, s)
	out.CustomFields, out.ExternalLinks = c.customs(r.Custom, s), nil
	return out
}

func (h *Halo) invoiceView(r *invoice, lines, recurring bool, s Switches) invoiceView {
	f := r.Fields
	out := invoiceView{
		ID: r.ID, invoiceFields: f, InvoiceNumber: invoiceNumber(r), ClientName: h.nameOfClient(int(f.ClientID)), SiteName: h.nameOfSite(int(f.SiteNumber)),
		Posted: !f.Posted.IsZero(), Voided: f.Voided, PaymentStatus: paymentStatus(r), AmountPaid: f.Paid, DatePosted: f.Posted,
		DatePaid: f.DatePaid, LastModified: r.Updated, DateCreated: r.Created, CurrencyCodeName: currencyName(f.CurrencyCode),
		RecurringID: f.Recurring, IsRecurring: recurring, CustomFields: listOf(r.Custom, s.NullCollections), ExternalLinks: r.Links,
		Warning: s.warning(),
	}
	if recurring {
		out.pattern = &f.Pattern
	}
	for _, l := range f.Lines {
		v := invoiceLineView{invoiceLine: l, IHID: r.ID}
		v.NetAmount, v.TaxAmount = price(l.Quantity, l.UnitPrice, l.DiscountPerc, l.TaxCode)
		if v.TaxAmount > 0 {
			v.TaxRate = 20
		}
		out.Revenue, out.TaxTotal = cents(out.Revenue+v.NetAmount), cents(out.TaxTotal+v.TaxAmount)
		if lines {
			out.Lines = append(out.Lines, v)
		}
	}
	out.Total = cents(out.Revenue + out.TaxTotal)
	out.AmountDue = cents(out.Total - out.AmountPaid)
	return out
}

// invoiceNumber is given when the invoice is posted [unsure].
func invoiceNumber(r *invoice) string {
	if r.Fields.Posted.IsZero() {
		return ""
	}
	return fmt.Sprintf("INV-%06d", r.ID)
}

func invoiceTotal(r *invoice) (total float64) {
	for _, l := range r.Fields.Lines {
		net, tax := price(l.Quantity, l.UnitPrice, l.DiscountPerc, l.TaxCode)
		total = cents(total + net + tax)
	}
	return total
}

func paymentStatus(r *invoice) int32 {
	switch {
	case r.Fields.Paid == 0:
		return 0
	case r.Fields.Paid < invoiceTotal(r):
		return 1
	default:
		return 2
	}
}
