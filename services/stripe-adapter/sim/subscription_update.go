package sim

import "strconv"

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
