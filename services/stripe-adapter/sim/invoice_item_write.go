package sim

import "strconv"

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

// item is one that may change, and the draft it is on, if any.
func (c *change) item(id string) (*invoiceItem, *invoice, error) {
	i, ok := find[*invoiceItem](c.a, "invoiceitem", id)
	if !ok {
		return nil, nil, missing(404, "invoiceitem", id, "invoiceitem")
	}
	draft, err := c.draftOf(value(i.Invoice))
	return i, draft, err
}
