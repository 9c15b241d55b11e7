package sim

// needsReturn: a payment whose methods may send the payer elsewhere must know where they come back to. [community: issue threads
// of many integrations, same words]
func (p *paymentIntent) needsReturn(c *change, in *node) error {
	if in.has("return_url") || p.Automatic == nil || !p.Automatic.Enabled || p.Automatic.AllowRedirects == "never" || !c.s.Switches().ReturnURL {
		return nil
	}
	return invalid("", "", "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.")
}

// attempt takes the money, or what comes instead. p is a copy and may be changed.
func (c *change) attempt(p *paymentIntent, in *node) (any, error) {
	method, ok := find[*paymentMethod](c.a, "payment_method", value(p.PaymentMethod))
	if !ok {
		return nil, missing(400, "payment_method", value(p.PaymentMethod), "payment_method")
	}
	p.LastPaymentError, p.NextAction = nil, nil
	p.offSession = in.has("off_session") && in.text("off_session") != "false"
	switch behaves := method.behaves; {
	case behaves.action && p.offSession, behaves.action && in.flag("error_on_requires_action"):
		return nil, c.decline(p, method, behaviour{code: "authentication_required", decline: "authentication_required"})
	case behaves.action:
		p.Status, p.NextAction = "requires_action", &nextAction{Type: "redirect_to_url", RedirectToURL: &redirection{
			ReturnURL: maybe(in.text("return_url")), URL: "https://hooks.stripe.com/3d_secure_2/hosted?payment_intent=" + p.ID,
		}}
		c.put("confirm", p)
		c.tell("payment_intent.requires_action", p, nil)
	case behaves.slow:
		charge := c.newCharge(p, method, "pending")
		p.Status, p.until = "processing", c.at+c.s.Switches().SettleSeconds
		p.LatestCharge = &charge.ID
		c.store(charge)
		c.put("confirm", p)
		c.tell("charge.pending", charge, nil)
		c.tell("payment_intent.processing", p, nil)
	case behaves.decline != "":
		return nil, c.decline(p, method, behaves)
	default:
		c.take(p, method)
	}
	return p, nil
}

// take is a payment that goes well: reserved, or taken.
func (c *change) take(p *paymentIntent, method *paymentMethod) {
	charge := c.newCharge(p, method, "succeeded")
	p.LatestCharge = &charge.ID
	if p.CaptureMethod == "manual" {
		charge.Captured, charge.AmountCaptured = false, 0
		p.Status, p.AmountCapturable, p.until = "requires_capture", p.Amount, c.at+7*day
	} else {
		p.Status, p.AmountReceived = "succeeded", p.Amount
		if p.CaptureMethod == "automatic" {
			c.settle(charge)
		}
	}
	c.store(charge)
	c.put("confirm", p)
	c.tell("charge.succeeded", charge, nil)
	if p.Status == "requires_capture" {
		c.tell("payment_intent.amount_capturable_updated", p, nil)
		return
	}
	c.tell("payment_intent.succeeded", p, nil)
	c.invoicePaid(p)
}

// decline is a payment that goes badly: it needs another method, and the state stays although the answer is an error.
// [official: OpenAPI payment_intents confirm; unsure: order of the events]
func (c *change) decline(p *paymentIntent, method *paymentMethod, why behaviour) error {
	charge := c.newCharge(p, method, "failed")
	charge.fail(why)
	p.Status, p.PaymentMethod, p.LatestCharge = "requires_payment_method", nil, &charge.ID
	p.LastPaymentError = &paymentError{
		AdviceCode: advice(why.decline), Charge: charge.ID, Code: why.code, DeclineCode: why.decline, DocURL: "https://stripe.com/docs/error-codes/" + why.code,
		Message: value(charge.FailureMessage), PaymentMethod: method, Type: "card_error",
	}
	c.store(charge)
	c.put("decline", p)
	c.tell("charge.failed", charge, nil)
	c.tell("payment_intent.payment_failed", p, nil)
	return refusal{
		status: 402, kind: "card_error", code: why.code, decline: why.decline, advice: advice(why.decline), charge: charge.ID,
		message: value(charge.FailureMessage), intent: p, method: method, keep: true,
	}
}

// advice is what the vendor would do. [official: OpenAPI charge_outcome advice_code; unsure: which for what]
func advice(decline string) string {
	switch decline {
	case "lost_card", "stolen_card", "fraudulent":
		return "do_not_try_again"
	case "insufficient_funds", "processing_error":
		return "try_again_later"
	case "incorrect_cvc", "expired_card":
		return "confirm_card_data"
	default:
		return ""
	}
}

// Authenticate is the payer at their bank: they prove who they are, or fail to.
func (s *Stripe) Authenticate(intent string, passes bool) error {
	_, err := byHand(s, s.cfg.Account, func(c *change) (any, error) {
		old, err := c.intent(intent)
		if err != nil {
			return nil, err
		}
		if old.Status != "requires_action" {
			return nil, old.unexpected("it does not wait for the payer: " + old.Status)
		}
		p := *old
		p.NextAction = nil
		method, _ := find[*paymentMethod](c.a, "payment_method", value(p.PaymentMethod))
		if passes {
			c.take(&p, method)
			return nil, nil
		}
		_ = c.decline(&p, method, behaviour{code: "payment_intent_authentication_failure"}) // told by events, to nobody's call
		return nil, nil
	})
	return err
}
