package sim

import (
	"strconv"
	"strings"
)

func createPrice(c *change, q *call) (any, error) {
	currency, err := currency(q.in.text("currency"))
	if err != nil {
		return nil, err
	}
	p := &price{
		identity: c.mint("price"), Active: true, BillingScheme: orText(q.in.text("billing_scheme"), "per_unit"), Created: c.at, Currency: currency,
		Livemode: c.s.cfg.Live, Metadata: map[string]string{}, TaxBehavior: "unspecified", Type: "one_time",
	}
	if p.Product, err = c.productOf(q.in); err != nil {
		return nil, err
	}
	if err := p.setAmount(q.in); err != nil {
		return nil, err
	}
	if r := q.in.at("recurring"); r != nil {
		if n, most := r.whole("interval_count"), longest(r.text("interval")); n < 0 || n > most {
			return nil, invalid("parameter_invalid_integer", "recurring[interval_count]", "Maximum of three years interval allowed (%d).", most)
		}
		p.Type, p.Recurring = "recurring", &recurring{
			Interval: r.text("interval"), IntervalCount: max(r.whole("interval_count"), 1), Meter: maybe(r.text("meter")), UsageType: orText(r.text("usage_type"), "licensed"),
		}
	}
	p.fill(q.in)
	c.put("create", p)
	c.tell("price.created", p, nil)
	c.twin("plan.created", p)
	return p, nil
}

// productOf is the product that is named, or made along with its price.
func (c *change) productOf(in *node) (string, error) {
	if data := in.at("product_data"); data != nil {
		p := &product{
			identity: c.mint("product"), Active: true, Created: c.at, Images: []string{}, Livemode: c.s.cfg.Live, MarketingFeatures: []none{},
			Name: data.text("name"), Metadata: data.metadata(map[string]string{}), Updated: c.at,
		}
		c.put("create", p)
		c.tell("product.created", p, nil)
		return p.ID, nil
	}
	if !in.has("product") {
		return "", invalid("parameter_missing", "product", "You must specify either `product` or `product_data` when creating a price.")
	}
	p, err := c.product(in.text("product"), "product", 400)
	if err != nil {
		return "", err
	}
	return p.ID, nil
}

func (p *price) setAmount(in *node) error {
	switch {
	case in.has("unit_amount") && in.has("unit_amount_decimal"):
		return invalid("parameters_exclusive", "unit_amount", "You may only specify one of these parameters: unit_amount, unit_amount_decimal.")
	case in.has("unit_amount"):
		amount := in.whole("unit_amount")
		p.UnitAmount, p.UnitAmountDecimal = &amount, maybe(strconv.FormatInt(amount, 10))
	case in.has("unit_amount_decimal"):
		text := in.text("unit_amount_decimal")
		if _, places, _ := strings.Cut(text, "."); len(places) > 12 {
			return invalid("", "unit_amount_decimal", "Invalid decimal: %s; must contain at maximum 12 decimal places.", text)
		}
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return invalid("", "unit_amount_decimal", "Invalid decimal: %s", text)
		}
		p.UnitAmountDecimal = &text
		if whole, err := strconv.ParseInt(text, 10, 64); err == nil {
			p.UnitAmount = &whole
		}
	case p.BillingScheme == "per_unit":
		return invalid("parameter_missing", "unit_amount", "Missing required param: unit_amount.")
	}
	return nil
}

// longest is how many intervals are three years. [official: api prices create, recurring.interval_count]
func longest(interval string) int64 {
	return map[string]int64{"day": 1095, "week": 156, "month": 36, "year": 3}[interval]
}

func (p *price) fill(in *node) {
	if in.has("active") {
		p.Active = in.flag("active")
	}
	in.setText("nickname", &p.Nickname)
	in.setText("lookup_key", &p.LookupKey)
	setPlain(in, "tax_behavior", &p.TaxBehavior)
	p.Metadata = in.metadata(p.Metadata)
}

func updatePrice(c *change, q *call) (any, error) {
	old, err := c.price(q.PathValue("price"), "price", 404)
	if err != nil {
		return nil, err
	}
	p := *old
	p.fill(q.in)
	c.put("update", &p)
	c.tell("price.updated", &p, old)
	c.twin("plan.updated", &p)
	return &p, nil
}
