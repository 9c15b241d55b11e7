package sim

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
