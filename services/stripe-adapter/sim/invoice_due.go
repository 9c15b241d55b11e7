package sim

// acknowledged: every webhook about a new invoice was taken, and its hour begins.
func (c *change) acknowledged(e *event) {
	if e.Type != "invoice.created" || len(e.pending) > 0 {
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
