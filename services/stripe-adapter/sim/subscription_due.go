package sim

// subscriptionsDue lets periods, trials and patience end.
func (c *change) subscriptionsDue() {
	for _, s := range all(c.a, "subscription", func(s *subscription) bool { return !s.ended() && s.Status != "paused" }) {
		switch {
		case s.Status == "incomplete":
			if s.Created+23*3600 <= c.at { // [official: OpenAPI subscription status]
				c.expire(s)
			}
		case s.CancelAt != nil && *s.CancelAt <= c.at:
			c.cancelSubscription(s, value(s.CancellationDetails.Reason), "")
		case s.periodEnd() <= c.at:
			c.turn(s)
		case s.PauseCollection != nil && s.PauseCollection.ResumesAt != nil && *s.PauseCollection.ResumesAt <= c.at:
			next := *s
			next.PauseCollection = nil
			c.store(&next)
			c.tell("customer.subscription.updated", &next, s)
		default:
			c.foretell(s)
		}
	}
}

func (c *change) expire(old *subscription) {
	s := *old
	s.Status, s.EndedAt = "incomplete_expired", &c.at
	c.put("expire", &s)
	c.tell("customer.subscription.updated", &s, old)
}

// turn begins the next period. A trial that ends without a payment method may pause it instead.
func (c *change) turn(old *subscription) {
	s := *old
	if s.Status == "trialing" && s.TrialSettings != nil && s.TrialSettings.EndBehavior.MissingPaymentMethod == "pause" && c.methodOf(&s) == "" {
		s.Status = "paused"
		c.put("pause", &s)
		c.tell("customer.subscription.updated", &s, old)
		c.tell("customer.subscription.paused", &s, nil)
		return
	}
	if s.Status == "trialing" {
		s.Status = "active"
	}
	var items []*subscriptionItem
	for _, item := range s.items {
		next := *item
		next.PeriodStart, next.PeriodEnd = item.PeriodEnd, item.Price.Recurring.periodFrom(item.PeriodEnd, s.Anchor)
		c.store(&next)
		items = append(items, &next)
	}
	next := s.with(items)
	c.put("cycle", next)
	c.bill(next, "subscription_cycle")
	now, _ := find[*subscription](c.a, "subscription", s.ID)
	c.tell("customer.subscription.updated", now, old)
}

func (c *change) methodOf(s *subscription) string {
	if s.DefaultPaymentMethod != nil {
		return *s.DefaultPaymentMethod
	}
	owner, _ := find[*customer](c.a, "customer", s.Customer)
	if owner == nil {
		return ""
	}
	return value(owner.InvoiceSettings.DefaultPaymentMethod)
}
