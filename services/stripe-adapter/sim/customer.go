package sim

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
			return !c.in.has("email") || value(x.Email) == c.in.text("email") // in its case [official: OpenAPI]
		}),
		reader("customer", "/v1/customers", "customer"),
		{method: "POST", path: "/v1/customers", params: append(customerParams(), text("payment_method")), write: createCustomer},
		{method: "POST", path: one, params: customerParams(), write: updateCustomer},
		{method: "DELETE", path: one, write: deleteCustomer},
	}
}
