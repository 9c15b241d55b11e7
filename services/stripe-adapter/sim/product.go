package sim

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
