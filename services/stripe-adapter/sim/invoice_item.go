package sim

// invoiceItem is something to be billed, on a draft or on the next one. [official: OpenAPI invoiceitem]
type invoiceItem struct {
	identity
	Amount          int64             `json:"amount"`
	Currency        string            `json:"currency"`
	Customer        string            `json:"customer"`
	CustomerAccount *none             `json:"customer_account"`
	Date            int64             `json:"date"`
	Description     *string           `json:"description"`
	Discountable    bool              `json:"discountable"`
	Discounts       []none            `json:"discounts"`
	Invoice         *string           `json:"invoice"`
	Livemode        bool              `json:"livemode"`
	Metadata        map[string]string `json:"metadata"`
	NetAmount       int64             `json:"net_amount"`
	Parent          *none             `json:"parent"`
	Period          period            `json:"period"`
	Pricing         *pricing          `json:"pricing"`
	Proration       bool              `json:"proration"`
	Quantity        int64             `json:"quantity"`
	QuantityDecimal string            `json:"quantity_decimal"`
	TaxRates        []none            `json:"tax_rates"`
	TestClock       *none             `json:"test_clock"`
}

func (i *invoiceItem) marks() map[string]string { return i.Metadata }

func (i *invoiceItem) parent() string { return value(i.Invoice) }

func itemParams() []param {
	return []param{
		whole("amount"), text("description"), flag("discountable"), metadata(), hash("period", whole("start").must(), whole("end").must()),
		hash("pricing", text("price")), whole("quantity"), expandable(),
	}
}

func invoiceItemRoutes() []route {
	const all, one = "/v1/invoiceitems", "/v1/invoiceitems/{invoiceitem}"
	return []route{
		lister("invoiceitem", all, []param{window("created"), text("customer"), text("invoice"), flag("pending")}, func(c *call, i *invoiceItem) bool {
			return (!c.in.has("customer") || i.Customer == c.in.text("customer")) && (!c.in.has("invoice") || value(i.Invoice) == c.in.text("invoice")) &&
				(!c.in.has("pending") || (i.Invoice == nil) == c.in.flag("pending"))
		}),
		reader("invoiceitem", all, "invoiceitem"),
		{method: "POST", path: all, params: append(itemParams(), text("customer"), text("currency"), text("invoice")), write: createItem},
		{method: "POST", path: one, params: itemParams(), write: updateItem},
		{method: "DELETE", path: one, write: deleteItem},
	}
}
