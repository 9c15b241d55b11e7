package sim

import (
	"fmt"
	"slices"
)

func createInvoice(c *change, q *call) (any, error) {
	if !q.in.has("customer") {
		return nil, invalid("parameter_missing", "customer", "Missing required param: customer.")
	}
	owner, err := c.customer(q.in.text("customer"), "customer", 400)
	if err != nil {
		return nil, err
	}
	if q.in.has("currency") {
		if _, err := currency(q.in.text("currency")); err != nil {
			return nil, err
		}
	}
	x := c.newInvoice(owner, orText(orText(q.in.text("currency"), value(owner.Currency)), "usd"), "manual")
	x.CollectionMethod = "charge_automatically"
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	if x.CollectionMethod == "send_invoice" && x.DueDate == nil {
		return nil, invalid("", "days_until_due", "If invoice `collection_method` is set to `send_invoice`, you must specify `due_date` or `days_until_due`.")
	}
	x = x.with(nil)
	c.put("create", x)
	if q.in.text("pending_invoice_items_behavior") == "include" {
		x = c.takePending(x)
	}
	x = c.scheduled(x)
	c.store(x)
	c.tell("invoice.created", x, nil)
	return x, nil
}

// newInvoice is an empty draft.
func (c *change) newInvoice(owner *customer, currency, reason string) *invoice {
	x := invoice{
		identity: c.mint("invoice"), AccountCountry: "US", BillingReason: reason, Created: c.at, Currency: currency, Customer: owner.ID,
		CustomerAddress: owner.Address, CustomerEmail: owner.Email, CustomerName: owner.Name, CustomerPhone: owner.Phone,
		CustomerTaxExempt: owner.TaxExempt, CustomerTaxIDs: []none{}, DefaultTaxRates: []none{}, Discounts: []none{}, Issuer: issuer{"self"},
		Livemode: c.s.cfg.Live, Metadata: map[string]string{}, PeriodStart: c.at, PeriodEnd: c.at, Status: "draft", StartingBalance: owner.Balance,
		TotalDiscounts: []none{}, TotalPretaxCredits: []none{}, TotalTaxes: []none{},
	}
	return &x
}

// scheduled is a draft with the time at which it will finalize itself: an hour after the vendor's webhooks for it were taken, and
// at the latest after 72 hours. [official: OpenAPI invoice webhooks_delivered_at; automatic advancement]
func (c *change) scheduled(x *invoice) *invoice {
	next := *x
	if len(c.s.listeners(c.a, "invoice.created")) == 0 {
		next.WebhooksDeliveredAt = &c.at
	}
	if next.AutoAdvance && next.AutoFinalizesAt == nil {
		next.AutoFinalizesAt = later(c.at, 3600)
	}
	return &next
}

func later(at, by int64) *int64 { at += by; return &at }

func (x *invoice) fill(c *change, in *node) error {
	if id := in.text("default_payment_method"); id != "" {
		method, err := c.attach(id, "default_payment_method", &x.Customer)
		if err != nil {
			return err
		}
		x.DefaultPaymentMethod = &method.ID
	}
	x.CollectionMethod = orText(in.text("collection_method"), x.CollectionMethod)
	if in.has("auto_advance") {
		x.AutoAdvance = in.flag("auto_advance")
	}
	in.setWhole("automatically_finalizes_at", &x.AutoFinalizesAt)
	in.setWhole("due_date", &x.DueDate)
	if in.has("days_until_due") {
		if x.CollectionMethod != "send_invoice" {
			return invalid("", "days_until_due", "`days_until_due` can only be set if `collection_method` is `send_invoice`.")
		}
		x.DueDate = later(c.at, in.whole("days_until_due")*day)
	}
	in.setText("description", &x.Description)
	in.setText("footer", &x.Footer)
	in.setText("number", &x.Number)
	in.setText("statement_descriptor", &x.StatementDescriptor)
	x.Metadata = in.metadata(x.Metadata)
	return nil
}

// frozen are the parameters that may not change once an invoice is final. [official: error codes, invoice_not_editable]
// Whether words for people are among them is not said. [official: api invoices update; unsure: description and footer]
func (c *change) frozen(in *node) bool {
	names := []string{"collection_method", "days_until_due", "due_date", "number", "automatically_finalizes_at"}
	if !c.s.Switches().OpenMemo {
		names = append(names, "description", "footer")
	}
	return slices.ContainsFunc(names, in.has)
}

func updateInvoice(c *change, q *call) (any, error) {
	old, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if old.Status != "draft" && c.frozen(q.in) {
		return nil, notEditable(old)
	}
	x := *old
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	next := x.with(x.lines)
	c.put("update", next)
	c.tell("invoice.updated", next, old)
	return next, nil
}

func notEditable(x *invoice) refusal {
	return invalid("invoice_not_editable", "", "This invoice is no longer editable: its status is %s.", x.Status)
}

// deleteInvoice: drafts that no subscription made. [official: api invoices delete]
func deleteInvoice(c *change, q *call) (any, error) {
	x, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if x.Status != "draft" || x.subscription() != "" {
		return nil, invalid("", "", "You can only delete draft invoices that were not made by a subscription; void this one instead.")
	}
	for _, item := range all(c.a, "invoiceitem", func(i *invoiceItem) bool { return value(i.Invoice) == x.ID }) {
		c.remove(item)
		c.tell("invoiceitem.deleted", item, nil)
	}
	c.remove(x)
	c.tell("invoice.deleted", x, nil)
	return &stub{identity: x.identity, Deleted: true}, nil
}

func (c *change) invoice(id string) (*invoice, error) {
	if x, ok := find[*invoice](c.a, "invoice", id); ok {
		return x, nil
	}
	return nil, missing(404, "invoice", id, "invoice")
}

// number is the next one of a customer.
func (c *change) number(x *invoice) string {
	owner, ok := find[*customer](c.a, "customer", x.Customer)
	if !ok {
		return x.ID
	}
	next := *owner
	next.NextInvoiceSequence++
	next.Currency = &x.Currency
	c.store(&next)
	if owner.Currency == nil && c.s.Switches().CurrencyIsEvent {
		c.tell("customer.updated", &next, owner)
	}
	return fmt.Sprintf("%s-%04d", owner.InvoicePrefix, owner.NextInvoiceSequence)
}
