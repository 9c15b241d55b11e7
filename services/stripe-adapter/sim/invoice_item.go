package sim

import "strconv"

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

func createItem(c *change, q *call) (any, error) {
	draft, err := c.draftOf(q.in.text("invoice"))
	if err != nil {
		return nil, err
	}
	name := q.in.text("customer")
	if draft != nil && name == "" {
		name = draft.Customer
	}
	owner, err := c.customer(name, "customer", 400)
	if err != nil {
		return nil, err
	}
	i := &invoiceItem{
		identity: c.mint("invoiceitem"), Customer: owner.ID, Date: c.at, Discountable: true, Discounts: []none{}, Livemode: c.s.cfg.Live,
		Metadata: map[string]string{}, Period: period{c.at, c.at}, Quantity: 1, TaxRates: []none{}, Currency: orText(value(owner.Currency), "usd"),
	}
	if draft != nil {
		i.Invoice, i.Currency = &draft.ID, draft.Currency
	}
	if q.in.has("currency") {
		sent, err := currency(q.in.text("currency"))
		if err != nil {
			return nil, err
		}
		if draft != nil && sent != draft.Currency {
			return nil, invalid("", "currency", "The currency of the invoice item (%s) must match that of the invoice (%s).", sent, draft.Currency)
		}
		i.Currency = sent
	}
	if err := i.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("create", i)
	c.tell("invoiceitem.created", i, nil)
	c.drawn(draft, append(linesOf(draft), c.lineOf(i)))
	return i, nil
}

// draftOf is the draft that was named; nil if none was.
func (c *change) draftOf(id string) (*invoice, error) {
	if id == "" {
		return nil, nil
	}
	x, ok := find[*invoice](c.a, "invoice", id)
	if !ok {
		return nil, missing(400, "invoice", id, "invoice")
	}
	if x.Status != "draft" {
		return nil, notEditable(x)
	}
	return x, nil
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

func (i *invoiceItem) fill(c *change, in *node) error {
	if in.has("quantity") {
		i.Quantity = in.whole("quantity")
	}
	if p := in.at("period"); p != nil {
		i.Period = period{Start: p.whole("start"), End: p.whole("end")}
	}
	if in.has("discountable") {
		i.Discountable = in.flag("discountable")
	}
	in.setText("description", &i.Description)
	i.Metadata = in.metadata(i.Metadata)
	i.QuantityDecimal = strconv.FormatInt(i.Quantity, 10)
	id := in.at("pricing").text("price")
	if id == "" && i.Pricing != nil && !in.has("amount") {
		id = i.Pricing.PriceDetails.Price
	}
	if id != "" {
		return i.priced(c, id)
	}
	return i.amounted(in)
}

// priced is an item that costs so many pieces of a price.
func (i *invoiceItem) priced(c *change, id string) error {
	p, err := c.price(id, "pricing[price]", 400)
	if err != nil {
		return err
	}
	if p.Recurring != nil {
		return invalid("", "pricing[price]", "The price specified is set to `type=recurring` but this field only accepts prices with `type=one_time`.")
	}
	i.Currency, i.Amount = p.Currency, p.amount(i.Quantity)
	i.NetAmount, i.Pricing = i.Amount, &pricing{Type: "price_details", UnitDecimal: value(p.UnitAmountDecimal), PriceDetails: &priceDetails{p.ID, p.Product}}
	return nil
}

func (i *invoiceItem) amounted(in *node) error {
	if in.has("amount") {
		i.Amount = in.whole("amount")
	} else if i.Pricing == nil && i.Amount == 0 {
		return invalid("parameter_missing", "amount", "Missing required param: amount.")
	}
	if i.Amount > maxAmount || i.Amount < -maxAmount {
		return invalid("amount_too_large", "amount", "Amount must be no more than %d.", maxAmount)
	}
	i.NetAmount = i.Amount
	return checkDigits(i.Amount, i.Currency, "amount")
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

func updateItem(c *change, q *call) (any, error) {
	old, draft, err := c.item(q.PathValue("invoiceitem"))
	if err != nil {
		return nil, err
	}
	i := *old
	if err := i.fill(c, q.in); err != nil {
		return nil, err
	}
	c.put("update", &i)
	lines := linesOf(draft)
	for n, line := range lines {
		if line.of(i.ID) {
			lines[n] = c.lineOf(&i)
			lines[n].identity = line.identity
		}
	}
	c.drawn(draft, lines)
	return &i, nil
}

func deleteItem(c *change, q *call) (any, error) {
	i, draft, err := c.item(q.PathValue("invoiceitem"))
	if err != nil {
		return nil, err
	}
	c.remove(i)
	c.tell("invoiceitem.deleted", i, nil)
	var lines []*lineItem
	for _, line := range linesOf(draft) {
		if !line.of(i.ID) {
			lines = append(lines, line)
		}
	}
	c.drawn(draft, lines)
	return &stub{identity: i.identity, Deleted: true}, nil
}

func (l *lineItem) of(item string) bool {
	return l.Parent.InvoiceItem != nil && l.Parent.InvoiceItem.InvoiceItem == item
}

// item is one that may change, and the draft it is on, if any.
func (c *change) item(id string) (*invoiceItem, *invoice, error) {
	i, ok := find[*invoiceItem](c.a, "invoiceitem", id)
	if !ok {
		return nil, nil, missing(404, "invoiceitem", id, "invoiceitem")
	}
	draft, err := c.draftOf(value(i.Invoice))
	return i, draft, err
}

func invoicePaymentRoutes() []route {
	const all = "/v1/invoice_payments"
	return []route{
		lister("invoice_payment", all, []param{
			window("created"), text("invoice"), choice("status", "open", "paid", "canceled"), hash("payment", choice("type", "payment_intent").must(), text("payment_intent")),
		}, func(c *call, x *invoicePayment) bool {
			return (!c.in.has("invoice") || x.Invoice == c.in.text("invoice")) && (!c.in.has("status") || x.Status == c.in.text("status")) &&
				(!c.in.at("payment").has("payment_intent") || value(x.Payment.Intent) == c.in.at("payment").text("payment_intent"))
		}),
		reader("invoice_payment", all, "invoice_payment"),
	}
}
