package sim

// plan is a recurring price in its old dress; its events come beside those of the price. [official: OpenAPI plan, events plan.*]
type plan struct {
	identity
	Active        bool              `json:"active"`
	Amount        *int64            `json:"amount"`
	AmountDecimal *string           `json:"amount_decimal"`
	BillingScheme string            `json:"billing_scheme"`
	Created       int64             `json:"created"`
	Currency      string            `json:"currency"`
	Interval      string            `json:"interval"`
	IntervalCount int64             `json:"interval_count"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	Nickname      *string           `json:"nickname"`
	Product       string            `json:"product"`
	UsageType     string            `json:"usage_type"`
}

// twin tells of a recurring price as a plan too.
func (c *change) twin(name string, p *price) {
	if p.Recurring == nil {
		return
	}
	id := p.identity
	id.Object = "plan"
	c.tell(name, &plan{
		identity: id, Active: p.Active, Amount: p.UnitAmount, AmountDecimal: p.UnitAmountDecimal, BillingScheme: p.BillingScheme, Created: p.Created,
		Currency: p.Currency, Interval: p.Recurring.Interval, IntervalCount: p.Recurring.IntervalCount, Livemode: p.Livemode, Metadata: p.Metadata,
		Nickname: p.Nickname, Product: p.Product, UsageType: p.Recurring.UsageType,
	}, nil)
}
