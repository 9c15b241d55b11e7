package sim

import (
	"maps"
	"strings"
)

// customer is somebody who pays. [official: OpenAPI customer]
type customer struct {
	identity
	Created             int64             `json:"created"`
	Livemode            bool              `json:"livemode"`
	Address             *address          `json:"address"`
	Balance             int64             `json:"balance"`
	BusinessName        string            `json:"business_name,omitempty"`
	Currency            *string           `json:"currency"`
	CustomerAccount     *none             `json:"customer_account"`
	DefaultSource       *none             `json:"default_source"`
	Delinquent          bool              `json:"delinquent"`
	Description         *string           `json:"description"`
	Discount            *none             `json:"discount"`
	Email               *string           `json:"email"`
	IndividualName      string            `json:"individual_name,omitempty"`
	InvoicePrefix       string            `json:"invoice_prefix"`
	InvoiceSettings     invoiceSettings   `json:"invoice_settings"`
	Metadata            map[string]string `json:"metadata"`
	Name                *string           `json:"name"`
	NextInvoiceSequence int               `json:"next_invoice_sequence"`
	Phone               *string           `json:"phone"`
	PreferredLocales    []string          `json:"preferred_locales"`
	Shipping            *none             `json:"shipping"`
	TaxExempt           string            `json:"tax_exempt"`
	TestClock           *none             `json:"test_clock"`
}

type address struct {
	City       *string `json:"city"`
	Country    *string `json:"country"`
	Line1      *string `json:"line1"`
	Line2      *string `json:"line2"`
	PostalCode *string `json:"postal_code"`
	State      *string `json:"state"`
}

type invoiceSettings struct {
	CustomFields         *none   `json:"custom_fields"`
	DefaultPaymentMethod *string `json:"default_payment_method"`
	Footer               *string `json:"footer"`
	RenderingOptions     *none   `json:"rendering_options"`
}

func (c *customer) marks() map[string]string { return c.Metadata }

func addressParams(name string) param {
	return hash(name, text("city"), text("country"), text("line1"), text("line2"), text("postal_code"), text("state"))
}

func customerParams() []param {
	return []param{
		addressParams("address"), whole("balance"), textMax("business_name", 150), textMax("description", 5000), textMax("email", 512), expandable(),
		textMax("individual_name", 150), textMax("invoice_prefix", 12), hash("invoice_settings", text("default_payment_method"), text("footer")),
		metadata(), textMax("name", 256), whole("next_invoice_sequence"), textMax("phone", 20), texts("preferred_locales"),
		choice("tax_exempt", "none", "exempt", "reverse"),
	}
}

func customerRoutes() []route {
	const one = "/v1/customers/{customer}"
	return []route{
		lister("customer", "/v1/customers", []param{window("created"), textMax("email", 512)}, func(c *call, x *customer) bool {
			return !c.in.has("email") || strings.EqualFold(value(x.Email), c.in.text("email"))
		}),
		reader("customer", "/v1/customers", "customer"),
		{method: "POST", path: "/v1/customers", params: append(customerParams(), text("payment_method")), write: createCustomer},
		{method: "POST", path: one, params: customerParams(), write: updateCustomer},
		{method: "DELETE", path: one, write: deleteCustomer},
	}
}

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

// metadata is old with what was sent: keys set, keys with an empty value removed, all removed if it was sent empty itself.
func (n *node) metadata(old map[string]string) map[string]string {
	if !n.has("metadata") {
		return old
	}
	out := map[string]string{}
	if n.cleared("metadata") {
		return out
	}
	maps.Copy(out, old)
	for key, part := range n.at("metadata").parts {
		if *part.value == "" {
			delete(out, key)
			continue
		}
		out[key] = *part.value
	}
	return out
}

// address replaces the whole address by what was sent.
func (n *node) address(name string, old *address) *address {
	part := n.at(name)
	switch {
	case part == nil:
		return old
	case part.value != nil:
		return nil
	}
	out := &address{}
	for field, into := range map[string]**string{
		"city": &out.City, "country": &out.Country, "line1": &out.Line1, "line2": &out.Line2, "postal_code": &out.PostalCode, "state": &out.State,
	} {
		part.setText(field, into)
	}
	return out
}

func setPlain(in *node, name string, field *string) {
	if in.has(name) {
		*field = in.text(name)
	}
}
