package sim

func createRefund(c *change, q *call) (any, error) {
	x, err := c.refunded(q.in)
	if err != nil {
		return nil, err
	}
	left := x.Amount - x.AmountRefunded // what a partial capture released counts as refunded
	amount := left
	if q.in.has("amount") {
		amount = q.in.whole("amount")
	}
	if err := refundable(c, x, amount, left); err != nil {
		return nil, err
	}
	r := c.newRefund(x, amount)
	r.Reason, r.Metadata, r.InstructionsEmail = maybe(q.in.text("reason")), q.in.metadata(map[string]string{}), q.in.text("instructions_email")
	charged := *x
	charged.AmountRefunded += amount
	charged.Refunded = charged.AmountRefunded == charged.Amount
	c.store(&charged)
	c.put("create", r)
	c.tell("refund.created", r, nil) // for every refund since 2024-10-28 [official: changelog]
	c.tell("charge.refunded", &charged, x)
	return r, nil
}

// refunded is the charge that was named, or that of the payment.
func (c *change) refunded(in *node) (*charge, error) {
	id, param := in.text("charge"), "charge"
	if name := in.text("payment_intent"); name != "" {
		p, ok := find[*paymentIntent](c.a, "payment_intent", name)
		if !ok {
			return nil, missing(404, "payment_intent", name, "payment_intent")
		}
		if p.Status != "succeeded" {
			return nil, invalid("", "payment_intent", "This PaymentIntent (%s) does not have a successful charge to refund.", name)
		}
		id, param = value(p.LatestCharge), "payment_intent"
	}
	if id == "" {
		return nil, invalid("parameter_missing", "charge", "One of the following params should be provided for this request: payment_intent or charge.")
	}
	x, ok := find[*charge](c.a, "charge", id)
	if !ok {
		return nil, missing(404, "charge", id, param)
	}
	return x, nil
}

func refundable(c *change, x *charge, amount, left int64) error {
	switch {
	case x.Disputed:
		return invalid("charge_disputed", "", "Charge %s has been charged back; cannot issue a refund.", x.ID)
	case !x.Paid:
		return invalid("charge_not_refundable", "", "Charge %s is not refundable.", x.ID)
	case x.Refunded || left <= 0:
		return invalid("charge_already_refunded", "", "Charge %s has already been refunded.", x.ID)
	case amount < 1:
		return invalid("parameter_invalid_integer", "amount", "Invalid positive integer")
	case amount > left:
		return invalid("", "amount", "Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, left)
	case c.s.Switches().NoBalance:
		return invalid("balance_insufficient", "", "Insufficient funds in your Stripe balance to refund this amount.")
	}
	return checkDigits(amount, x.Currency, "amount")
}

// newRefund begins as its card has it, or as the switch says.
func (c *change) newRefund(x *charge, amount int64) *refund {
	r := &refund{
		identity: c.mint("refund"), Amount: amount, Charge: &x.ID, Created: c.at, Currency: x.Currency, Metadata: map[string]string{},
		DestinationDetails: refundDestination{Type: "card", Card: &refundCard{"refund"}}, PaymentIntent: x.PaymentIntent,
		PaymentMethod: x.PaymentMethod, Customer: x.Customer, Status: c.s.Switches().RefundsBegin,
	}
	soon := c.at + c.s.Switches().SettleSeconds
	switch {
	case x.behaves.refund == "fails":
		r.due, r.ends = soon, "failed"
	case x.behaves.refund == "pends", r.Status == "pending":
		r.Status, r.PendingReason, r.due, r.ends = "pending", "processing", soon, "succeeded"
	case r.Status == "requires_action":
		r.NextAction = &refundAction{Type: "display_details"}
	}
	if r.Status == "succeeded" {
		id := "txn_" + r.ID[3:]
		r.BalanceTransaction = &id
	}
	return r
}

func updateRefund(c *change, q *call) (any, error) {
	old, err := c.refund(q.PathValue("refund"))
	if err != nil {
		return nil, err
	}
	r := *old
	r.Metadata = q.in.metadata(r.Metadata)
	c.put("update", &r)
	c.tell("refund.updated", &r, old)
	return &r, nil
}

// cancelRefund ends a refund that waits for the payee. [official: api refunds cancel]
func cancelRefund(c *change, q *call) (any, error) {
	old, err := c.refund(q.PathValue("refund"))
	if err != nil {
		return nil, err
	}
	if old.Status != "requires_action" {
		return nil, invalid("", "refund", "You can only cancel refunds with a status of requires_action; this refund has a status of %s.", old.Status)
	}
	return c.endRefund(old, "canceled", "cancel"), nil
}

func (c *change) refund(id string) (*refund, error) {
	if r, ok := find[*refund](c.a, "refund", id); ok {
		return r, nil
	}
	return nil, missing(404, "refund", id, "refund")
}

// endRefund moves a refund to its last state; where the money did not go, the charge has it again.
func (c *change) endRefund(old *refund, status, what string) *refund {
	r := *old
	r.Status, r.due, r.ends, r.NextAction, r.PendingReason = status, 0, "", nil, ""
	if status == "failed" {
		r.FailureReason = "lost_or_stolen_card"
	}
	if status != "succeeded" {
		if x, ok := find[*charge](c.a, "charge", value(r.Charge)); ok {
			back := *x
			back.AmountRefunded -= r.Amount
			back.Refunded = false
			c.store(&back)
			defer c.tell("charge.updated", &back, x)
		}
	}
	c.put(what, &r)
	c.tell("refund.updated", &r, old)
	c.tell("charge.refund.updated", &r, old) // its old name
	if status == "failed" {
		c.tell("refund.failed", &r, nil)
	}
	return &r
}

// refundsDue ends the refunds that were under way long enough.
func (c *change) refundsDue() {
	for _, r := range all(c.a, "refund", func(r *refund) bool { return r.due > 0 && r.due <= c.at }) {
		c.endRefund(r, r.ends, r.ends)
	}
}
