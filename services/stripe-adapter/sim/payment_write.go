package sim

import "slices"

func createIntent(c *change, q *call) (any, error) {
	currency, err := currency(q.in.text("currency"))
	if err != nil {
		return nil, err
	}
	if err := checkAmount(q.in.whole("amount"), currency, "amount"); err != nil {
		return nil, err
	}
	p := c.newIntent(q.in.whole("amount"), currency)
	p.CaptureMethod = orText(q.in.text("capture_method"), "automatic_async") // the default of current versions [official: asynchronous capture]
	p.ConfirmationMethod = orText(q.in.text("confirmation_method"), "automatic")
	p.kindsOfMethods(q.in)
	if err := p.fill(c, q.in); err != nil {
		return nil, err
	}
	if !q.in.flag("confirm") {
		c.put("create", p)
		c.tell("payment_intent.created", p, nil)
		return p, nil
	}
	if p.PaymentMethod == nil {
		return nil, invalid("parameter_missing", "payment_method", "You cannot confirm this PaymentIntent because it's missing a payment method. To confirm the PaymentIntent with %s, specify a payment method attached to this customer along with the customer ID.", orText(value(p.Customer), "a customer"))
	}
	if err := p.needsReturn(c, q.in); err != nil {
		return nil, err
	}
	c.put("create", p)
	c.tell("payment_intent.created", p, nil)
	return c.attempt(p, q.in)
}

// newIntent needs a payment method.
func (c *change) newIntent(amount int64, currency string) *paymentIntent {
	p := &paymentIntent{
		identity: c.mint("payment_intent"), Amount: amount, AmountDetails: tipDetails{map[string]any{}}, CaptureMethod: "automatic",
		ConfirmationMethod: "automatic", Created: c.at, Currency: currency, Livemode: c.s.cfg.Live, Metadata: map[string]string{},
		MethodOptions: map[string]any{}, PaymentMethodTypes: []string{"card"}, Status: "requires_payment_method",
	}
	p.ClientSecret = p.ID + "_secret_" + c.newSecret()[6:30]
	return p
}

// kindsOfMethods: without a word about them, whatever the account has switched on, redirects among them. [official: api payment
// intents, automatic_payment_methods since 2023-08-16]
func (p *paymentIntent) kindsOfMethods(in *node) {
	switch {
	case in.has("payment_method_types"):
		p.PaymentMethodTypes = in.texts("payment_method_types")
	case in.at("automatic_payment_methods") != nil:
		part := in.at("automatic_payment_methods")
		p.Automatic = &automaticMethods{Enabled: part.flag("enabled"), AllowRedirects: orText(part.text("allow_redirects"), "always")}
	default:
		p.Automatic = &automaticMethods{Enabled: true, AllowRedirects: "always"}
	}
}

// fill changes what was sent and leaves the rest.
func (p *paymentIntent) fill(c *change, in *node) error {
	if in.has("customer") {
		if _, err := c.customer(in.text("customer"), "customer", 400); err != nil {
			return err
		}
		in.setText("customer", &p.Customer)
	}
	if in.has("payment_method") {
		method, err := c.method(in.text("payment_method"), "payment_method")
		if err != nil {
			return err
		}
		p.PaymentMethod = &method.ID
		if p.Status == "requires_payment_method" {
			p.Status = "requires_confirmation"
		}
	}
	in.setText("description", &p.Description)
	in.setText("receipt_email", &p.ReceiptEmail)
	in.setText("setup_future_usage", &p.SetupFutureUsage)
	in.setText("statement_descriptor", &p.StatementDescriptor)
	in.setText("statement_descriptor_suffix", &p.DescriptorSuffix)
	in.setText("transfer_group", &p.TransferGroup)
	p.Metadata = in.metadata(p.Metadata)
	return nil
}

// updateIntent tells no event: there is none. [official: OpenAPI enabled_events has no payment_intent.updated]
func updateIntent(c *change, q *call) (any, error) {
	old, err := c.intent(q.PathValue("intent"))
	if err != nil {
		return nil, err
	}
	p := *old
	money := slices.ContainsFunc([]string{"amount", "currency", "customer", "payment_method", "capture_method", "payment_method_types"}, q.in.has)
	if money && !p.in("requires_payment_method", "requires_confirmation", "requires_action") {
		return nil, p.unexpected("This PaymentIntent's amount could not be updated because it has a status of " + p.Status + ". You may only update the amount of a PaymentIntent with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.")
	}
	if q.in.has("currency") {
		if p.Currency, err = currency(q.in.text("currency")); err != nil {
			return nil, err
		}
	}
	if q.in.has("amount") {
		p.Amount = q.in.whole("amount")
	}
	if err := checkAmount(p.Amount, p.Currency, "amount"); err != nil {
		return nil, err
	}
	p.CaptureMethod = orText(q.in.text("capture_method"), p.CaptureMethod)
	if err := p.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("update", &p)
	return &p, nil
}

func (c *change) intent(id string) (*paymentIntent, error) {
	if p, ok := find[*paymentIntent](c.a, "payment_intent", id); ok {
		return p, nil
	}
	return nil, missing(404, "payment_intent", id, "intent")
}

// unexpected is what a payment in the wrong state says; the answer holds it. [official: error codes]
func (p *paymentIntent) unexpected(message string) refusal {
	no := invalid("payment_intent_unexpected_state", "", "%s", message)
	no.intent = p
	return no
}
