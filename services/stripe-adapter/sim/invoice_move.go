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

// acknowledged: a webhook about a new invoice was taken, and its hour begins.
func (c *change) acknowledged(e *event) {
	if e.Type != "invoice.created" {
		return
	}
	if x, ok := find[*invoice](c.a, "invoice", e.object.self().ID); ok && x.WebhooksDeliveredAt == nil {
		next := *x
		next.WebhooksDeliveredAt = &c.at
		if next.AutoAdvance && next.Status == "draft" {
			next.AutoFinalizesAt = later(c.at, 3600)
		}
		c.store(&next)
	}
}

// invoicesDue finalizes drafts and collects open invoices, as far as they advance by themselves: a draft an hour after its
// webhooks were taken, or after three days without. [official: automatic advancement; scheduled finalization]
func (c *change) invoicesDue() {
	for _, x := range all(c.a, "invoice", func(x *invoice) bool { return x.AutoAdvance && x.Status == "draft" && len(x.lines) > 0 }) {
		if x.AutoFinalizesAt != nil && *x.AutoFinalizesAt <= c.at && (x.WebhooksDeliveredAt != nil || x.Created+3*day <= c.at) {
			_, _ = c.finalize(x) // it is a draft, with lines
		}
	}
	for _, x := range all(c.a, "invoice", func(x *invoice) bool {
		return x.Status == "open" && x.NextPaymentAttempt != nil && *x.NextPaymentAttempt <= c.at
	}) {
		if _, err := c.collect(x, "", false); err != nil && !asRefusal(err).keep { // nothing to pay with: it stays open
			next := *x
			next.NextPaymentAttempt = nil
			c.store(&next)
		}
	}
	for _, x := range all(c.a, "invoice", func(x *invoice) bool {
		return x.Status == "open" && !x.overdue && x.DueDate != nil && *x.DueDate < c.at
	}) {
		next := *x
		next.overdue = true
		c.store(&next)
		c.tell("invoice.overdue", &next, nil)
	}
}
