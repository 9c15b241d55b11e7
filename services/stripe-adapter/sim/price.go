package sim

import (
	"fmt"
	"strconv"
)

// price is what a product costs. [official: OpenAPI price]
type price struct {
	identity
	Active            bool              `json:"active"`
	BillingScheme     string            `json:"billing_scheme"`
	Created           int64             `json:"created"`
	Currency          string            `json:"currency"`
	CustomUnitAmount  *none             `json:"custom_unit_amount"`
	Livemode          bool              `json:"livemode"`
	LookupKey         *string           `json:"lookup_key"`
	Metadata          map[string]string `json:"metadata"`
	Nickname          *string           `json:"nickname"`
	Product           string            `json:"product"`
	Recurring         *recurring        `json:"recurring"`
	TaxBehavior       string            `json:"tax_behavior"`
	TiersMode         *string           `json:"tiers_mode"`
	TransformQuantity *none             `json:"transform_quantity"`
	Type              string            `json:"type"`
	UnitAmount        *int64            `json:"unit_amount"`
	UnitAmountDecimal *string           `json:"unit_amount_decimal"`
}

type recurring struct {
	Interval      string  `json:"interval"`
	IntervalCount int64   `json:"interval_count"`
	Meter         *string `json:"meter"`
	UsageType     string  `json:"usage_type"`
}

func (p *price) marks() map[string]string { return p.Metadata }

func priceRoutes() []route {
	const all, one = "/v1/prices", "/v1/prices/{price}"
	params := []param{flag("active"), metadata(), text("nickname"), textMax("lookup_key", 200), choice("tax_behavior", "exclusive", "inclusive", "unspecified"), expandable()}
	return []route{
		lister("price", all, []param{
			window("created"), flag("active"), text("currency"), texts("lookup_keys"), text("product"), choice("type", "one_time", "recurring"),
			hash("recurring", choice("interval", "day", "week", "month", "year"), choice("usage_type", "licensed", "metered"), text("meter")),
		}, listedPrice),
		reader("price", all, "price"),
		{method: "POST", path: all, write: createPrice, params: append(params,
			text("currency").must(), text("product"), whole("unit_amount"), text("unit_amount_decimal"), choice("billing_scheme", "per_unit", "tiered"),
			hash("recurring", choice("interval", "day", "week", "month", "year").must(), whole("interval_count"), choice("usage_type", "licensed", "metered"), text("meter")),
			hash("product_data", text("name").must(), metadata()),
		)},
		{method: "POST", path: one, params: params, write: updatePrice},
	}
}

// listedPrice: only active prices, unless the others are asked for. [official: api prices list, "active"]
func listedPrice(c *call, p *price) bool {
	active := !c.in.has("active") || c.in.flag("active")
	return p.Active == active && (!c.in.has("currency") || p.Currency == c.in.text("currency")) &&
		(!c.in.has("product") || p.Product == c.in.text("product")) && (!c.in.has("type") || p.Type == c.in.text("type")) &&
		(!c.in.has("lookup_keys") || matches(c.in.texts("lookup_keys"), value(p.LookupKey))) &&
		(!c.in.at("recurring").has("interval") || p.Recurring != nil && p.Recurring.Interval == c.in.at("recurring").text("interval"))
}

func (c *change) price(id, param string, status int) (*price, error) {
	if p, ok := find[*price](c.a, "price", id); ok {
		return p, nil
	}
	return nil, missing(status, "price", id, param)
}

// amount is what so many pieces cost, rounded half up as one line.
func (p *price) amount(quantity int64) int64 {
	if p.UnitAmount != nil {
		return *p.UnitAmount * quantity
	}
	unit, _ := strconv.ParseFloat(value(p.UnitAmountDecimal), 64)
	var rounded int64
	_, _ = fmt.Sscan(strconv.FormatFloat(unit*float64(quantity), 'f', 0, 64), &rounded)
	return rounded
}
