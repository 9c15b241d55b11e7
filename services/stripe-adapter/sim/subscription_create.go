package sim

import "strconv"

func createSubscription(c *change, q *call) (any, error) {
	owner, err := c.customer(q.in.text("customer"), "customer", 400)
	if err != nil {
		return nil, err
	}
	s := &subscription{
		identity: c.mint("subscription"), Anchor: c.at, BillingMode: billingMode{"flexible"}, BillingSchedules: []none{}, Created: c.at, Customer: owner.ID,
		CollectionMethod: "charge_automatically", DefaultTaxRates: []none{}, Discounts: []none{}, InvoiceSettings: subscriptionIssuer{Issuer: issuer{"self"}},
		Livemode: c.s.cfg.Live, Metadata: map[string]string{}, StartDate: c.at, Status: "active",
	}
	if err := s.startTrial(c, q.in); err != nil {
		return nil, err
	}
	items, err := c.newItems(s, q.in)
	if err != nil {
		return nil, err
	}
	s.Currency = items[0].Price.Currency
	s = s.with(items)
	if err := s.fill(c, q.in); err != nil {
		return nil, err
	}
	return c.begin(s, q.in.text("payment_behavior"))
}

// begin bills the first period and sees what becomes of it. [official: OpenAPI subscriptions payment_behavior]
func (c *change) begin(s *subscription, behavior string) (any, error) {
	for _, item := range s.items {
		c.store(item)
	}
	if s.TrialEnd != nil {
		s.Status = "trialing"
	} else if s.CollectionMethod == "charge_automatically" {
		s.Status = "incomplete"
	}
	c.put("create", s)
	bill := c.bill(s, "subscription_create")
	now, _ := find[*subscription](c.a, "subscription", s.ID)
	c.tell("customer.subscription.created", now, nil)
	if now.Status != "incomplete" || behavior == "default_incomplete" {
		return now, nil
	}
	_, err := c.collect(bill, value(now.DefaultPaymentMethod), false)
	now, _ = find[*subscription](c.a, "subscription", s.ID)
	if err != nil && behavior == "error_if_incomplete" {
		c.cancelSubscription(now, "payment_failed", "")
		return nil, err
	}
	return now, nil
}

func (s *subscription) startTrial(c *change, in *node) error {
	end := int64(0)
	switch {
	case in.text("trial_end") == "now":
		return nil
	case in.has("trial_end"):
		at, err := strconv.ParseInt(in.text("trial_end"), 10, 64)
		if err != nil || at <= c.at {
			return invalid("", "trial_end", "Invalid timestamp: must be an integer Unix timestamp in the future.")
		}
		end = at
	case in.whole("trial_period_days") > 0:
		end = c.at + in.whole("trial_period_days")*day
	default:
		return nil
	}
	s.TrialStart, s.TrialEnd, s.Anchor = &c.at, &end, end
	return nil
}

// newItems are the items of a new subscription; all in one currency, and at most 20. [official: api subscriptions create]
func (c *change) newItems(s *subscription, in *node) ([]*subscriptionItem, error) {
	sent := in.each("items")
	if len(sent) == 0 || len(sent) > 20 {
		return nil, invalid("parameter_missing", "items", "Missing required param: items. Between 1 and 20 are needed.")
	}
	var out []*subscriptionItem
	for n, part := range sent {
		item, err := c.newItem(s, part, "items["+strconv.Itoa(n)+"][price]")
		if err != nil {
			return nil, err
		}
		if len(out) > 0 && item.Price.Currency != out[0].Price.Currency {
			return nil, invalid("", "items", "All prices on a subscription must have the same `currency`.")
		}
		out = append(out, item)
	}
	return out, nil
}

func (c *change) newItem(s *subscription, in *node, param string) (*subscriptionItem, error) {
	p, err := c.price(in.text("price"), param, 400)
	if err != nil {
		return nil, err
	}
	if p.Recurring == nil {
		return nil, invalid("", param, "The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.")
	}
	if !p.Active {
		return nil, invalid("", param, "The price specified is inactive. This field only accepts active prices.")
	}
	i := &subscriptionItem{
		identity: c.mint("subscription_item"), Created: c.at, Discounts: []none{}, Metadata: in.metadata(map[string]string{}), Price: p,
		Quantity: 1, Subscription: s.ID, TaxRates: []none{}, PeriodStart: c.at, PeriodEnd: p.Recurring.periodFrom(c.at, c.at),
	}
	if in.has("quantity") {
		i.Quantity = in.whole("quantity")
	}
	if s.TrialEnd != nil {
		i.PeriodEnd = *s.TrialEnd
	}
	if len(s.items) > 0 { // one that joins runs with the others
		i.PeriodStart, i.PeriodEnd = s.items[0].PeriodStart, s.items[0].PeriodEnd
	}
	return i, nil
}
