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
		if final, err := c.finalize(x); err == nil {
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

func updateSubscription(c *change, q *call) (any, error) {
	old, err := c.subscription(q.PathValue("subscription_exposed_id"))
	if err != nil {
		return nil, err
	}
	if old.ended() && !onlyNotes(q.in) { // [official: api subscriptions cancel, "largely immutable"]
		return nil, invalid("", "", "A canceled subscription can only update its cancellation_details and metadata.")
	}
	s := *old
	if q.in.text("trial_end") == "now" {
		s.TrialEnd = &c.at
	}
	items, err := c.changedItems(&s, q.in)
	if err != nil {
		return nil, err
	}
	next := s.with(items)
	if err := next.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("update", next)
	c.tell("customer.subscription.updated", next, old)
	if c.s.Switches().PausedIsEvent && old.PauseCollection == nil && next.PauseCollection != nil {
		c.tell("customer.subscription.paused", next, nil)
	}
	return next, nil
}

func onlyNotes(in *node) bool {
	for _, name := range in.order {
		if name != "metadata" && name != "cancellation_details" && name != "expand" {
			return false
		}
	}
	return true
}

// changedItems: those named by id change or go, those without are added, the others stay. Prorations are not played.
// [official: api subscriptions update, "items"]
func (c *change) changedItems(s *subscription, in *node) ([]*subscriptionItem, error) {
	items := append([]*subscriptionItem{}, s.items...)
	for n, part := range in.each("items") {
		param := "items[" + strconv.Itoa(n) + "]"
		at := -1
		for k, item := range items {
			if item.ID == part.text("id") {
				at = k
			}
		}
		switch {
		case part.has("id") && at < 0:
			return nil, missing(400, "subscription_item", part.text("id"), param+"[id]")
		case part.flag("deleted"):
			c.a.shelves["subscription_item"].Remove(items[at].ID, c.s.time())
			items = append(items[:at], items[at+1:]...)
		case at >= 0:
			changed, err := c.changedItem(items[at], part, param)
			if err != nil {
				return nil, err
			}
			items[at] = changed
		default:
			item, err := c.newItem(s, part, param+"[price]")
			if err != nil {
				return nil, err
			}
			c.store(item)
			items = append(items, item)
		}
	}
	if len(items) == 0 {
		return nil, invalid("", "items", "A subscription must have at least one active item.")
	}
	return items, nil
}

func (c *change) changedItem(old *subscriptionItem, in *node, param string) (*subscriptionItem, error) {
	item := *old
	if id := in.text("price"); id != "" {
		p, err := c.price(id, param+"[price]", 400)
		if err != nil {
			return nil, err
		}
		item.Price = p
	}
	if in.has("quantity") {
		item.Quantity = in.whole("quantity")
	}
	item.Metadata = in.metadata(item.Metadata)
	c.store(&item)
	return &item, nil
}

func endSubscription(c *change, q *call) (any, error) {
	s, err := c.subscription(q.PathValue("subscription_exposed_id"))
	if err != nil {
		return nil, err
	}
	if s.ended() {
		return nil, missing(404, "subscription", s.ID, "id") // [community: issue threads; the message names the id]
	}
	return c.cancelSubscription(s, "cancellation_requested", q.in.at("cancellation_details").text("comment")), nil
}

// cancelSubscription ends it; it stays readable. [official: api subscriptions cancel]
func (c *change) cancelSubscription(old *subscription, reason, comment string) *subscription {
	s := *old
	s.Status, s.EndedAt, s.CanceledAt, s.CancelAtPeriodEnd = "canceled", &c.at, &c.at, false
	s.CancellationDetails.Reason = maybe(reason)
	if comment != "" {
		s.CancellationDetails.Comment = &comment
	}
	c.put("cancel", &s)
	c.tell("customer.subscription.deleted", &s, nil)
	return &s
}

// resumeSubscription is for the status paused alone. [official: api subscriptions resume]
func resumeSubscription(c *change, q *call) (any, error) {
	old, err := c.subscription(q.PathValue("subscription"))
	if err != nil {
		return nil, err
	}
	if old.Status != "paused" {
		return nil, invalid("", "", "Only paused subscriptions can be resumed; this one is %s.", old.Status)
	}
	s := *old
	s.Status = "active"
	c.put("resume", &s)
	c.tell("customer.subscription.updated", &s, old)
	c.tell("customer.subscription.resumed", &s, nil)
	return &s, nil
}

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
