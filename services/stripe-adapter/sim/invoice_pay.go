package sim

// requestPayment makes the payment of an invoice.
func (c *change) requestPayment(x *invoice) {
	p := c.newIntent(x.AmountRemaining, x.Currency)
	p.Customer, p.Description, p.invoice = &x.Customer, maybe("Payment for Invoice"), x.ID
	c.store(p)
	c.tell("payment_intent.created", p, nil)
	c.store(&invoicePayment{
		identity: c.mint("invoice_payment"), AmountRequested: x.AmountRemaining, Created: c.at, Currency: x.Currency, Invoice: x.ID, IsDefault: true,
		Livemode: x.Livemode, Payment: paymentLink{Type: "payment_intent", Intent: &p.ID}, Status: "open",
	})
}

func payInvoice(c *change, q *call) (any, error) {
	x, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if x.Status == "draft" { // a draft is finalized by paying it [unsure]
		if x, err = c.finalize(x); err != nil {
			return nil, err
		}
	}
	switch {
	case x.Status == "paid":
		return nil, invalid("", "", "Invoice is already paid")
	case x.Status == "void":
		return nil, wrongState(x, "open")
	case q.in.flag("paid_out_of_band"):
		return c.paidElsewhere(x), nil
	}
	return c.collect(x, q.in.text("payment_method"), true)
}

// paidElsewhere is an invoice paid without the vendor; its payment ends. [official: api invoices pay, paid_out_of_band; OpenAPI
// amount_paid_off_stripe; unsure: amount_paid]
func (c *change) paidElsewhere(old *invoice) *invoice {
	x := *old
	x.Status, x.AmountPaidOffStripe, x.AmountRemaining, x.NextPaymentAttempt = "paid", old.AmountRemaining, 0, nil
	x.AmountPaid, x.StatusTransitions.PaidAt = old.AmountDue, &c.at
	c.dropPayment(&x, "void_invoice")
	c.moved("pay", &x, old, "invoice.paid", "invoice.payment_succeeded")
	c.subscriptionPaid(&x)
	return &x
}

// collect charges what is due, with the method named, the invoice's, or the customer's.
func (c *change) collect(x *invoice, method string, asked bool) (any, error) {
	if method == "" {
		method = value(x.DefaultPaymentMethod)
	}
	if owner, ok := find[*customer](c.a, "customer", x.Customer); ok && method == "" {
		method = value(owner.InvoiceSettings.DefaultPaymentMethod)
	}
	if method == "" {
		return nil, invalid("", "", "There is no default_payment_method set on this Customer or Invoice. Please set a default payment method, or pass one.")
	}
	card, err := c.method(method, "payment_method")
	if err != nil {
		return nil, err
	}
	old, ok := c.a.intentOf(x.ID)
	if !ok {
		return nil, refusal{status: 500, kind: "api_error", message: "the invoice has no payment"}
	}
	tried := *x
	tried.AttemptCount++
	tried.Attempted, tried.NextPaymentAttempt = true, nil
	c.store(&tried)
	p := *old
	p.PaymentMethod = &card.ID
	answer, err := c.attempt(&p, &node{})
	paid, _ := find[*invoice](c.a, "invoice", x.ID)
	if err != nil {
		c.moved("decline", paid, x, "invoice.payment_failed")
		c.owes(paid, true)
		c.pastDue(paid)
		return nil, err
	}
	if intent, ok := answer.(*paymentIntent); ok && intent.Status == "requires_action" {
		c.moved("attempt", paid, x, "invoice.payment_action_required")
		if asked {
			return nil, refusal{status: 402, kind: "card_error", code: "invoice_payment_intent_requires_action", message: "This payment requires additional user action before it can be completed successfully. Payment can be completed using the PaymentIntent associated with this invoice.", intent: intent, keep: true}
		}
	}
	return paid, nil
}

// invoicePaid is what a payment that succeeded does to the invoice it is for.
func (c *change) invoicePaid(p *paymentIntent) {
	old, ok := find[*invoice](c.a, "invoice", p.invoice)
	if !ok {
		return
	}
	x := *old
	x.Status, x.AmountPaid, x.AmountRemaining, x.NextPaymentAttempt, x.Attempted, x.StatusTransitions.PaidAt = "paid", x.AmountDue, 0, nil, true, &c.at
	for _, link := range all(c.a, "invoice_payment", func(l *invoicePayment) bool { return l.Invoice == x.ID && l.Status == "open" }) {
		paid := *link
		paid.Status, paid.AmountPaid, paid.StatusTransitions.PaidAt = "paid", &p.AmountReceived, &c.at
		c.store(&paid)
		c.tell("invoice_payment.paid", &paid, nil)
	}
	c.moved("pay", &x, old, "invoice.paid", "invoice.payment_succeeded")
	c.owes(&x, false)
	c.subscriptionPaid(&x)
}

// owes says of a customer whether the charge for the latest invoice has failed. [official: OpenAPI customer delinquent]
func (c *change) owes(x *invoice, failed bool) {
	old, ok := find[*customer](c.a, "customer", x.Customer)
	if !ok || old.Delinquent == failed {
		return
	}
	next := *old
	next.Delinquent = failed
	c.store(&next)
	c.tell("customer.updated", &next, old)
}

// dropPayment ends the payment of an invoice that will not be paid by it.
func (c *change) dropPayment(x *invoice, reason string) {
	for _, link := range all(c.a, "invoice_payment", func(l *invoicePayment) bool { return l.Invoice == x.ID && l.Status == "open" }) {
		gone := *link
		gone.Status, gone.StatusTransitions.CanceledAt = "canceled", &c.at
		c.store(&gone)
		if p, ok := find[*paymentIntent](c.a, "payment_intent", value(link.Payment.Intent)); ok && !p.in("succeeded", "canceled") {
			c.cancelIntent(p, reason, "charge.refunded")
		}
	}
}
