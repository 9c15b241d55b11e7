package sim

// bill makes the invoice of the present period. The first is final at once; later ones wait an hour as drafts. [official: billing
// invoices overview]
func (c *change) bill(s *subscription, reason string) *invoice {
	owner, ok := find[*customer](c.a, "customer", s.Customer)
	if !ok {
		owner = &customer{identity: identity{ID: s.Customer}, TaxExempt: "none"}
	}
	x := c.newInvoice(owner, s.Currency, reason)
	x.CollectionMethod, x.AutoAdvance, x.DefaultPaymentMethod = s.CollectionMethod, s.PauseCollection == nil, s.DefaultPaymentMethod
	x.Parent = &invoiceParent{Type: "subscription_details", SubscriptionDetails: &subscriptionDetails{Metadata: s.Metadata, Subscription: s.ID}}
	if s.DaysUntilDue != nil {
		x.DueDate = later(c.at, *s.DaysUntilDue*day)
	}
	var lines []*lineItem
	for _, item := range s.items {
		lines = append(lines, c.lineOfSubscription(x, s, item))
	}
	x = c.takePending(x.with(lines))
	x = c.scheduled(x)
	c.store(x)
	next := *s
	next.LatestInvoice = &x.ID
	c.store(&next)
	c.tell("invoice.created", x, nil)
	if reason == "subscription_create" {
		by := c.by
		c.by = "vendor" // whoever asked for the subscription did not ask for that
		final, err := c.finalize(x)
		c.by = by
		if err == nil {
			return final
		}
	}
	return c.paused(x, &next)
}

// paused is what becomes of an invoice while collection pauses. [official: pause payment]
func (c *change) paused(x *invoice, s *subscription) *invoice {
	if s.PauseCollection == nil || s.PauseCollection.Behavior == "keep_as_draft" {
		return x
	}
	final, err := c.finalize(x)
	if err != nil {
		return x
	}
	next := *final
	if s.PauseCollection.Behavior == "void" {
		next.Status, next.StatusTransitions.VoidedAt = "void", &c.at
		c.dropPayment(&next, "void_invoice")
		c.moved("void", &next, final, "invoice.voided")
		return &next
	}
	next.Status, next.StatusTransitions.MarkedUnpaidAt = "uncollectible", &c.at
	c.moved("mark_uncollectible", &next, final, "invoice.marked_uncollectible")
	return &next
}

func (c *change) lineOfSubscription(x *invoice, s *subscription, item *subscriptionItem) *lineItem {
	amount := item.Price.amount(item.Quantity)
	if s.TrialEnd != nil && *s.TrialEnd > c.at {
		amount = 0
	}
	return &lineItem{
		identity: c.mint("line_item"), Amount: amount, Currency: s.Currency, DiscountAmounts: []none{}, Discountable: true, Discounts: []none{},
		Invoice: x.ID, Livemode: x.Livemode, Metadata: s.Metadata, Period: period{End: item.PeriodEnd, Start: item.PeriodStart}, PretaxCredits: []none{},
		Pricing:  &pricing{Type: "price_details", UnitDecimal: value(item.Price.UnitAmountDecimal), PriceDetails: &priceDetails{item.Price.ID, item.Price.Product}},
		Quantity: item.Quantity, Subscription: &s.ID, Subtotal: amount, Taxes: []none{},
		Parent: lineParent{Type: "subscription_item_details", SubItem: &lineOfSubscription{Subscription: &s.ID, SubscriptionItem: item.ID}},
	}
}

// subscriptionPaid: an invoice of it was paid, and all is well again.
func (c *change) subscriptionPaid(x *invoice) {
	c.restate(x, "active", "incomplete", "past_due", "unpaid")
}

// pastDue: an invoice of it could not be paid.
func (c *change) pastDue(x *invoice) { c.restate(x, "past_due", "active") }

func (c *change) restate(x *invoice, status string, from ...string) {
	old, ok := find[*subscription](c.a, "subscription", x.subscription())
	if !ok {
		return
	}
	for _, state := range from {
		if old.Status == state {
			next := *old
			next.Status = status
			c.store(&next)
			c.tell("customer.subscription.updated", &next, old)
			return
		}
	}
}
