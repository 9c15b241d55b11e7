package sim

// moved keeps an invoice in its next state and tells of it: with invoice.updated beside the event, or alone. [unsure: the twin]
func (c *change) moved(what string, x, old *invoice, events ...string) {
	c.put(what, x)
	if c.s.Switches().InvoiceTwins {
		c.tell("invoice.updated", x, old)
	}
	for _, name := range events {
		c.tell(name, x, nil)
	}
}

func wrongState(x *invoice, wanted string) refusal {
	return invalid("status_transition_invalid", "", "You can only do this to %s invoices. This invoice is %s.", wanted, x.Status) // [unsure: code]
}

func finalizeInvoice(c *change, q *call) (any, error) {
	old, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if q.in.has("auto_advance") {
		next := *old
		next.AutoAdvance = q.in.flag("auto_advance")
		old = &next
	}
	return c.finalize(old)
}

// finalize makes a draft an open invoice with a number, a payment and a page; one with nothing to pay is paid at once.
// [official: workflow transitions; OpenAPI invoice_payment is_default]
func (c *change) finalize(old *invoice) (*invoice, error) {
	if old.Status != "draft" {
		return nil, wrongState(old, "draft")
	}
	if len(old.lines) == 0 && c.s.Switches().EmptyInvoice == "refused" {
		return nil, invalid("invoice_no_customer_line_items", "", "Nothing to invoice for customer")
	}
	x := *old
	if x.Number == nil {
		number := c.number(&x)
		x.Number = &number
	}
	x.Status, x.AutoFinalizesAt, x.EffectiveAt, x.StatusTransitions.FinalizedAt = "open", nil, &c.at, &c.at
	x.HostedInvoiceURL, x.InvoicePDF = maybe("https://invoice.stripe.com/i/"+c.a.id+"/"+c.newSecret()[6:]), maybe("https://pay.stripe.com/invoice/"+x.ID+"/pdf")
	ending := min(x.Total+x.StartingBalance, 0)
	x.EndingBalance = &ending
	c.spendBalance(&x, ending)
	if x.AutoAdvance && x.CollectionMethod == "charge_automatically" {
		x.NextPaymentAttempt = later(c.at, 3600)
	}
	if x.AmountDue == 0 {
		x.Status, x.StatusTransitions.PaidAt, x.Attempted, x.NextPaymentAttempt = "paid", &c.at, true, nil
		c.moved("finalize", &x, old, "invoice.finalized", "invoice.paid", "invoice.payment_succeeded")
		return &x, nil
	}
	c.requestPayment(&x)
	c.moved("finalize", &x, old, "invoice.finalized")
	return &x, nil
}

// spendBalance leaves the customer with what the invoice did not use up.
func (c *change) spendBalance(x *invoice, ending int64) {
	owner, ok := find[*customer](c.a, "customer", x.Customer)
	if !ok || owner.Balance == ending {
		return
	}
	next := *owner
	next.Balance = ending
	c.store(&next)
	c.tell("customer.updated", &next, owner)
}

// sendInvoice tells the customer. [official: api invoices send; unsure: that a draft is finalized by it]
func sendInvoice(c *change, q *call) (any, error) {
	old, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if old.CollectionMethod != "send_invoice" {
		return nil, invalid("", "", "You can only manually send an invoice if its collection method is 'send_invoice'.")
	}
	if old.Status == "void" || old.Status == "uncollectible" || old.Status == "draft" && !c.s.Switches().SendFinalizes {
		return nil, wrongState(old, "open or paid")
	}
	if old.Status == "draft" {
		if old, err = c.finalize(old); err != nil {
			return nil, err
		}
	}
	c.moved("send", old, old, "invoice.sent")
	return old, nil
}

func voidInvoice(c *change, q *call) (any, error) {
	old, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if old.Status != "open" && old.Status != "uncollectible" {
		return nil, wrongState(old, "open or uncollectible")
	}
	x := *old
	x.Status, x.StatusTransitions.VoidedAt, x.NextPaymentAttempt = "void", &c.at, nil
	c.dropPayment(&x, "void_invoice")
	c.moved("void", &x, old, "invoice.voided")
	return &x, nil
}

func markUncollectible(c *change, q *call) (any, error) {
	old, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if old.Status != "open" {
		return nil, wrongState(old, "open")
	}
	x := *old
	x.Status, x.StatusTransitions.MarkedUnpaidAt, x.NextPaymentAttempt = "uncollectible", &c.at, nil
	c.moved("mark_uncollectible", &x, old, "invoice.marked_uncollectible")
	return &x, nil
}
