package sim

// lineItem is one line of an invoice. [official: OpenAPI line_item]
type lineItem struct {
	identity
	Amount          int64             `json:"amount"`
	Currency        string            `json:"currency"`
	Description     *string           `json:"description"`
	DiscountAmounts []none            `json:"discount_amounts"`
	Discountable    bool              `json:"discountable"`
	Discounts       []none            `json:"discounts"`
	Invoice         string            `json:"invoice"`
	Livemode        bool              `json:"livemode"`
	Metadata        map[string]string `json:"metadata"`
	Parent          lineParent        `json:"parent"`
	Period          period            `json:"period"`
	PretaxCredits   []none            `json:"pretax_credit_amounts"`
	Pricing         *pricing          `json:"pricing"`
	Quantity        int64             `json:"quantity"`
	Subscription    *string           `json:"subscription"`
	Subtotal        int64             `json:"subtotal"`
	Taxes           []none            `json:"taxes"`
}

type period struct {
	End   int64 `json:"end"`
	Start int64 `json:"start"`
}

type pricing struct {
	PriceDetails *priceDetails `json:"price_details,omitempty"`
	Type         string        `json:"type"`
	UnitDecimal  string        `json:"unit_amount_decimal"`
}

type priceDetails struct {
	Price   string `json:"price"`
	Product string `json:"product"`
}

type lineParent struct {
	InvoiceItem *lineOfItem         `json:"invoice_item_details"`
	SubItem     *lineOfSubscription `json:"subscription_item_details"`
	Type        string              `json:"type"`
}

type lineOfItem struct {
	InvoiceItem      string  `json:"invoice_item"`
	Proration        bool    `json:"proration"`
	ProrationDetails *none   `json:"proration_details"`
	Subscription     *string `json:"subscription"`
}

type lineOfSubscription struct {
	InvoiceItem      *string `json:"invoice_item"`
	Proration        bool    `json:"proration"`
	ProrationDetails *none   `json:"proration_details"`
	Subscription     *string `json:"subscription"`
	SubscriptionItem string  `json:"subscription_item"`
}

func linesOf(x *invoice) []*lineItem {
	if x == nil {
		return nil
	}
	return append([]*lineItem{}, x.lines...)
}

// drawn is a draft with other lines.
func (c *change) drawn(old *invoice, lines []*lineItem) {
	if old == nil {
		return
	}
	next := old.with(lines)
	c.store(next)
	c.tell("invoice.updated", next, old)
}

// lineOf is an item as a line of its invoice.
func (c *change) lineOf(i *invoiceItem) *lineItem {
	return &lineItem{
		identity: c.mint("line_item"), Amount: i.Amount, Currency: i.Currency, Description: i.Description, DiscountAmounts: []none{}, Discountable: i.Discountable,
		Discounts: []none{}, Invoice: value(i.Invoice), Livemode: i.Livemode, Metadata: i.Metadata, Period: i.Period, PretaxCredits: []none{},
		Pricing: i.Pricing, Quantity: i.Quantity, Subtotal: i.Amount, Taxes: []none{},
		Parent: lineParent{Type: "invoice_item_details", InvoiceItem: &lineOfItem{InvoiceItem: i.ID}},
	}
}

// takePending puts the customer's waiting items on a draft, the oldest first.
func (c *change) takePending(x *invoice) *invoice {
	lines := linesOf(x)
	waiting := all(c.a, "invoiceitem", func(i *invoiceItem) bool {
		return i.Customer == x.Customer && i.Invoice == nil && i.Currency == x.Currency
	})
	for n := len(waiting) - 1; n >= 0; n-- {
		item := *waiting[n]
		item.Invoice = &x.ID
		c.store(&item)
		lines = append(lines, c.lineOf(&item))
	}
	return x.with(lines)
}

func (l *lineItem) of(item string) bool {
	return l.Parent.InvoiceItem != nil && l.Parent.InvoiceItem.InvoiceItem == item
}
