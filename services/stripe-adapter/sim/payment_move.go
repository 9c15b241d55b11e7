package sim

import "time"

const day = int64(24 * time.Hour / time.Second)

func confirmIntent(c *change, q *call) (any, error) {
	old, err := c.intent(q.PathValue("intent"))
	if err != nil {
		return nil, err
	}
	if !old.in("requires_payment_method", "requires_confirmation", "requires_action") {
		return nil, old.unexpected("You cannot confirm this PaymentIntent because it has already " + map[string]string{"succeeded": "succeeded", "canceled": "been canceled"}[old.Status] + " (status: " + old.Status + ").")
	}
	p := *old
	p.CaptureMethod = orText(q.in.text("capture_method"), p.CaptureMethod)
	q.in.setText("receipt_email", &p.ReceiptEmail)
	if id := q.in.text("payment_method"); id != "" {
		method, err := c.method(id, "payment_method")
		if err != nil {
			return nil, err
		}
		p.PaymentMethod = &method.ID
	}
	if p.PaymentMethod == nil {
		return nil, p.unexpected("You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.")
	}
	if err := p.needsReturn(c, q.in); err != nil {
		return nil, err
	}
	return c.attempt(&p, q.in)
}

func captureIntent(c *change, q *call) (any, error) {
	old, err := c.intent(q.PathValue("intent"))
	if err != nil {
		return nil, err
	}
	if old.Status != "requires_capture" {
		return nil, old.unexpected("This PaymentIntent could not be captured because it has a status of " + old.Status + ". Only a PaymentIntent with one of the following statuses may be captured: requires_capture.")
	}
	p := *old
	amount := p.AmountCapturable
	if q.in.has("amount_to_capture") {
		amount = q.in.whole("amount_to_capture")
	}
	if amount < 1 || amount > p.AmountCapturable {
		return nil, invalid("amount_too_large", "amount_to_capture", "The amount to capture (%d) must be positive and at most the amount capturable (%d).", amount, p.AmountCapturable)
	}
	if err := checkDigits(amount, p.Currency, "amount_to_capture"); err != nil {
		return nil, err
	}
	p.Metadata = q.in.metadata(p.Metadata)
	p.Status, p.AmountReceived, p.AmountCapturable, p.until = "succeeded", amount, 0, 0
	charge, _ := find[*charge](c.a, "charge", value(p.LatestCharge))
	captured := *charge
	captured.Captured, captured.AmountCaptured, captured.AmountRefunded = true, amount, captured.Amount-amount // the rest goes back [official: place a hold]
	c.settle(&captured)
	c.store(&captured)
	c.put("capture", &p)
	c.tell("charge.captured", &captured, nil)
	c.tell("payment_intent.succeeded", &p, nil)
	c.invoicePaid(&p)
	return &p, nil
}

func cancelIntent(c *change, q *call) (any, error) {
	old, err := c.intent(q.PathValue("intent"))
	if err != nil {
		return nil, err
	}
	if !old.in("requires_payment_method", "requires_capture", "requires_confirmation", "requires_action") {
		return nil, old.unexpected("You cannot cancel this PaymentIntent because it has a status of " + old.Status + ". Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.")
	}
	if old.invoice != "" { // [official: OpenAPI invoice_payment is_default]
		return nil, invalid("", "", "This PaymentIntent belongs to an invoice and cannot be canceled directly. Void the invoice instead.")
	}
	return c.cancelIntent(old, q.in.text("cancellation_reason"), "charge.refunded"), nil
}

// cancelIntent ends a payment without money; a reservation is released, which one event of the charge tells. [unsure: which]
func (c *change) cancelIntent(old *paymentIntent, reason, released string) *paymentIntent {
	p := *old
	p.Status, p.AmountCapturable, p.NextAction, p.until = "canceled", 0, nil, 0
	p.CanceledAt, p.CancellationReason = &c.at, maybe(reason)
	if charge, ok := find[*charge](c.a, "charge", value(p.LatestCharge)); ok && old.Status == "requires_capture" {
		freed := *charge
		freed.AmountRefunded, freed.Refunded = freed.Amount, true
		c.store(&freed)
		defer c.tell(released, &freed, nil)
	}
	c.put("cancel", &p)
	c.tell("payment_intent.canceled", &p, nil)
	return &p
}
