package sim

import "strings"

func createCustomer(c *change, q *call) (any, error) {
	x := &customer{
		identity: c.mint("customer"), Created: c.at, Livemode: c.s.cfg.Live, Metadata: map[string]string{}, NextInvoiceSequence: 1,
		PreferredLocales: []string{}, TaxExempt: "none",
	}
	x.InvoicePrefix = strings.ToUpper(x.ID[4:12])
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	if id := q.in.text("payment_method"); id != "" {
		method, err := c.attach(id, "payment_method", &x.ID)
		if err != nil {
			return nil, err
		}
		x.InvoiceSettings.DefaultPaymentMethod = &method.ID
	}
	c.put("create", x)
	c.tell("customer.created", x, nil)
	return x, nil
}

func updateCustomer(c *change, q *call) (any, error) {
	old, err := c.customer(q.PathValue("customer"), "id", 404)
	if err != nil {
		return nil, err
	}
	x := *old
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("update", &x)
	c.tell("customer.updated", &x, old)
	return &x, nil
}

// fill changes what was sent and leaves the rest.
func (x *customer) fill(c *change, in *node) error {
	if email := in.text("email"); email != "" && !strings.Contains(email, "@") {
		return invalid("email_invalid", "email", "Invalid email address: %s", email)
	}
	in.setText("email", &x.Email)
	in.setText("name", &x.Name)
	in.setText("phone", &x.Phone)
	in.setText("description", &x.Description)
	x.Address = in.address("address", x.Address)
	x.Metadata = in.metadata(x.Metadata)
	setPlain(in, "business_name", &x.BusinessName)
	setPlain(in, "individual_name", &x.IndividualName)
	setPlain(in, "invoice_prefix", &x.InvoicePrefix)
	setPlain(in, "tax_exempt", &x.TaxExempt)
	x.TaxExempt = orText(x.TaxExempt, "none")
	if in.has("balance") {
		x.Balance = in.whole("balance")
	}
	if in.has("next_invoice_sequence") {
		x.NextInvoiceSequence = int(in.whole("next_invoice_sequence"))
	}
	if in.has("preferred_locales") {
		x.PreferredLocales = append([]string{}, in.texts("preferred_locales")...)
	}
	return x.fillSettings(c, in.at("invoice_settings"))
}

func (x *customer) fillSettings(c *change, in *node) error {
	if in == nil {
		return nil
	}
	in.setText("footer", &x.InvoiceSettings.Footer)
	if !in.has("default_payment_method") {
		return nil
	}
	x.InvoiceSettings.DefaultPaymentMethod = nil
	if id := in.text("default_payment_method"); id != "" {
		method, err := c.attach(id, "invoice_settings[default_payment_method]", &x.ID)
		if err != nil {
			return err
		}
		x.InvoiceSettings.DefaultPaymentMethod = &method.ID
	}
	return nil
}

// deleteCustomer leaves a stub, and ends the customer's subscriptions. What a second deletion answers is not documented.
// [official: api customers delete; unsure: the second]
func deleteCustomer(c *change, q *call) (any, error) {
	id := q.PathValue("customer")
	old, err := c.customer(id, "id", 404)
	if err != nil {
		if gone, ok := find[*stub](c.a, "customer", id); ok && c.s.Switches().SecondDelete == "stub" {
			return gone, nil
		}
		return nil, err
	}
	for _, sub := range all(c.a, "subscription", func(x *subscription) bool { return x.Customer == id && !x.ended() }) {
		c.cancelSubscription(sub, "cancellation_requested", "")
	}
	gone := &stub{identity: old.identity, Deleted: true}
	c.put("delete", gone)
	c.tell("customer.deleted", old, nil)
	return gone, nil
}

// customer is one that lives. Where it is named by a parameter, its absence is a 400.
func (c *change) customer(id, param string, status int) (*customer, error) {
	if x, ok := find[*customer](c.a, "customer", id); ok {
		return x, nil
	}
	return nil, missing(status, "customer", id, param)
}
