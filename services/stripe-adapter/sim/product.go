package sim

import (
	"fmt"
	"strconv"
	"strings"
)

// product is something that is sold; alone of all kinds it says when it changed. [official: OpenAPI product]
type product struct {
	identity
	Active              bool              `json:"active"`
	Created             int64             `json:"created"`
	DefaultPrice        *string           `json:"default_price"`
	Description         *string           `json:"description"`
	Images              []string          `json:"images"`
	Livemode            bool              `json:"livemode"`
	MarketingFeatures   []none            `json:"marketing_features"`
	Metadata            map[string]string `json:"metadata"`
	Name                string            `json:"name"`
	PackageDimensions   *none             `json:"package_dimensions"`
	Shippable           *bool             `json:"shippable"`
	StatementDescriptor *string           `json:"statement_descriptor"`
	TaxCode             *string           `json:"tax_code"`
	UnitLabel           *string           `json:"unit_label"`
	Updated             int64             `json:"updated"`
	URL                 *string           `json:"url"`
}

func (p *product) marks() map[string]string { return p.Metadata }

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

func productRoutes() []route {
	const all, one = "/v1/products", "/v1/products/{id}"
	params := []param{
		flag("active"), text("description"), metadata(), textMax("statement_descriptor", 22), textMax("unit_label", 12), text("url"), texts("images"), expandable(),
	}
	return []route{
		lister("product", all, []param{window("created"), flag("active"), texts("ids")}, func(c *call, p *product) bool {
			return (!c.in.has("active") || p.Active == c.in.flag("active")) && (!c.in.has("ids") || matches(c.in.texts("ids"), p.ID))
		}),
		reader("product", all, "id"),
		{method: "POST", path: all, params: append(params, text("name").must(), text("id")), write: createProduct},
		{method: "POST", path: one, params: append(params, text("name"), text("default_price")), write: updateProduct},
		{method: "DELETE", path: one, write: deleteProduct},
	}
}

func createProduct(c *change, q *call) (any, error) {
	id := c.mint("product")
	if sent := q.in.text("id"); sent != "" { // ids of products may be the caller's own
		if _, there := find[*product](c.a, "product", sent); there {
			return nil, invalid("resource_already_exists", "id", "Product already exists.")
		}
		id = c.named("product", sent)
	}
	p := &product{identity: id, Active: true, Created: c.at, Images: []string{}, Livemode: c.s.cfg.Live, MarketingFeatures: []none{}, Metadata: map[string]string{}}
	p.fill(c, q.in)
	c.put("create", p)
	c.tell("product.created", p, nil)
	return p, nil
}

func updateProduct(c *change, q *call) (any, error) {
	old, err := c.product(q.PathValue("id"), "id", 404)
	if err != nil {
		return nil, err
	}
	p := *old
	if id := q.in.text("default_price"); id != "" {
		if _, err := c.price(id, "default_price", 400); err != nil {
			return nil, err
		}
	}
	q.in.setText("default_price", &p.DefaultPrice)
	p.fill(c, q.in)
	c.put("update", &p)
	c.tell("product.updated", &p, old)
	return &p, nil
}

func (p *product) fill(c *change, in *node) {
	setPlain(in, "name", &p.Name)
	in.setText("description", &p.Description)
	in.setText("statement_descriptor", &p.StatementDescriptor)
	in.setText("unit_label", &p.UnitLabel)
	in.setText("url", &p.URL)
	if in.has("active") {
		p.Active = in.flag("active")
	}
	if in.has("images") {
		p.Images = append([]string{}, in.texts("images")...)
	}
	p.Metadata, p.Updated = in.metadata(p.Metadata), c.at
}

// deleteProduct is possible without prices only; afterwards the product is not there. [official: api products delete; community:
// stripe-sync-engine takes 404 for the answer of a later GET]
func deleteProduct(c *change, q *call) (any, error) {
	p, err := c.product(q.PathValue("id"), "id", 404)
	if err != nil {
		return nil, err
	}
	if len(all(c.a, "price", func(x *price) bool { return x.Product == p.ID })) > 0 {
		return nil, invalid("", "", "This product cannot be deleted because it has one or more user-created prices.")
	}
	c.remove(p)
	c.tell("product.deleted", p, nil)
	return &stub{identity: p.identity, Deleted: true}, nil
}

func (c *change) product(id, param string, status int) (*product, error) {
	if p, ok := find[*product](c.a, "product", id); ok {
		return p, nil
	}
	return nil, missing(status, "product", id, param)
}

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
