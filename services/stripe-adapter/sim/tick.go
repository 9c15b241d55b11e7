package sim

// byTime is a change that nobody asked for.
func (s *Stripe) byTime(a *account) *change { return &change{s: s, a: a, at: s.now(), by: "time"} }

// Tick lets everything happen that is due by the vendor's clock. Requests do it too, so that a test that moves the clock needs to
// wait for nothing.
func (s *Stripe) Tick() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.ticked == s.now() {
		return
	}
	s.ticked = s.now()
	for _, a := range s.accounts {
		c := s.byTime(a)
		c.chargesDue()
		c.paymentsDue()
		c.refundsDue()
		c.subscriptionsDue()
		c.invoicesDue()
		c.publishAll()
	}
	s.retryDue()
	s.tidy()
}

// tidy forgets, once an hour, what nobody can ask for any more.
func (s *Stripe) tidy() {
	if s.now()-s.tidied < 3600 {
		return
	}
	s.tidied = s.now()
	for _, a := range s.accounts {
		s.byTime(a).forget()
	}
	s.keys.prune(s.time())
	s.paces.prune()
}

// paymentsDue ends slow payments, and reservations that nobody captured for seven days. [official: place a hold]
func (c *change) paymentsDue() {
	for _, old := range all(c.a, "payment_intent", func(p *paymentIntent) bool { return p.until > 0 && p.until <= c.at }) {
		switch old.Status {
		case "requires_capture":
			c.cancelIntent(old, "automatic", "charge.expired")
		case "processing":
			c.finish(old)
		}
	}
}

// finish is the end of a payment that was under way.
func (c *change) finish(old *paymentIntent) {
	p := *old
	p.until = 0
	x, _ := find[*charge](c.a, "charge", value(p.LatestCharge))
	ended := *x
	if why := x.behaves; why.decline != "" {
		ended.fail(why)
		p.Status, p.PaymentMethod = "requires_payment_method", nil
		p.LastPaymentError = &paymentError{Charge: x.ID, Code: why.code, DeclineCode: why.decline, Message: value(ended.FailureMessage), Type: "card_error", DocURL: "https://stripe.com/docs/error-codes/" + why.code}
		c.store(&ended)
		c.put("fail", &p)
		c.tell("charge.failed", &ended, nil)
		c.tell("payment_intent.payment_failed", &p, nil)
		return
	}
	ended.Status, ended.Paid = "succeeded", true
	c.settle(&ended)
	p.Status, p.AmountReceived = "succeeded", p.Amount
	c.store(&ended)
	c.put("succeed", &p)
	c.tell("charge.succeeded", &ended, nil)
	c.tell("payment_intent.succeeded", &p, nil)
	c.invoicePaid(&p)
}

// forget drops events a day after nobody can see them any more: until then a cursor that points at one is refused in words.
func (c *change) forget() {
	const kept = eventLife + keyLife
	for _, e := range all(c.a, "event", func(e *event) bool { return e.born < c.at-int64(kept.Seconds()) }) {
		c.a.shelves["event"].Remove(e.ID, c.s.time())
	}
}
