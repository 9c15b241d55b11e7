package sim

// subscription is something billed again and again. Its period is its items' since 2025-03-31. [official: OpenAPI subscription]
type subscription struct {
	identity
	Application          *none              `json:"application"`
	FeePercent           *none              `json:"application_fee_percent"`
	AutomaticTax         subscriptionTax    `json:"automatic_tax"`
	Anchor               int64              `json:"billing_cycle_anchor"`
	AnchorConfig         *none              `json:"billing_cycle_anchor_config"`
	BillingMode          billingMode        `json:"billing_mode"`
	BillingSchedules     []none             `json:"billing_schedules"`
	BillingThresholds    *none              `json:"billing_thresholds"`
	CancelAt             *int64             `json:"cancel_at"`
	CancelAtPeriodEnd    bool               `json:"cancel_at_period_end"`
	CanceledAt           *int64             `json:"canceled_at"`
	CancellationDetails  cancellation       `json:"cancellation_details"`
	CollectionMethod     string             `json:"collection_method"`
	Created              int64              `json:"created"`
	Currency             string             `json:"currency"`
	Customer             string             `json:"customer"`
	CustomerAccount      *none              `json:"customer_account"`
	DaysUntilDue         *int64             `json:"days_until_due"`
	DefaultPaymentMethod *string            `json:"default_payment_method"`
	DefaultSource        *none              `json:"default_source"`
	DefaultTaxRates      []none             `json:"default_tax_rates"`
	Description          *string            `json:"description"`
	Discounts            []none             `json:"discounts"`
	EndedAt              *int64             `json:"ended_at"`
	InvoiceSettings      subscriptionIssuer `json:"invoice_settings"`
	Items                page               `json:"items"`
	LatestInvoice        *string            `json:"latest_invoice"`
	Livemode             bool               `json:"livemode"`
	Metadata             map[string]string  `json:"metadata"`
	NextPending          *none              `json:"next_pending_invoice_item_invoice"`
	OnBehalfOf           *none              `json:"on_behalf_of"`
	PauseCollection      *pauseCollection   `json:"pause_collection"`
	PaymentSettings      *none              `json:"payment_settings"`
	PendingInterval      *none              `json:"pending_invoice_item_interval"`
	PendingSetupIntent   *none              `json:"pending_setup_intent"`
	PendingUpdate        *none              `json:"pending_update"`
	Schedule             *none              `json:"schedule"`
	StartDate            int64              `json:"start_date"`
	Status               string             `json:"status"`
	TestClock            *none              `json:"test_clock"`
	TransferData         *none              `json:"transfer_data"`
	TrialEnd             *int64             `json:"trial_end"`
	TrialSettings        *trialSettings     `json:"trial_settings"`
	TrialStart           *int64             `json:"trial_start"`

	items     []*subscriptionItem
	foretold  int64 // end of the period whose invoice was announced
	trialTold bool
}

type subscriptionTax struct {
	DisabledReason *string `json:"disabled_reason"`
	Enabled        bool    `json:"enabled"`
	Liability      *none   `json:"liability"`
}

type billingMode struct {
	Type string `json:"type"`
}

type cancellation struct {
	Comment  *string `json:"comment"`
	Feedback *string `json:"feedback"`
	Reason   *string `json:"reason"`
}

type subscriptionIssuer struct {
	AccountTaxIDs *none  `json:"account_tax_ids"`
	Issuer        issuer `json:"issuer"`
}

type pauseCollection struct {
	Behavior  string `json:"behavior"`
	ResumesAt *int64 `json:"resumes_at"`
}

type trialSettings struct {
	EndBehavior struct {
		MissingPaymentMethod string `json:"missing_payment_method"`
	} `json:"end_behavior"`
}

// subscriptionItem is one of the things that a subscription bills. [official: OpenAPI subscription_item]
type subscriptionItem struct {
	identity
	BillingThresholds *none             `json:"billing_thresholds"`
	Created           int64             `json:"created"`
	PeriodEnd         int64             `json:"current_period_end"`
	PeriodStart       int64             `json:"current_period_start"`
	Discounts         []none            `json:"discounts"`
	Metadata          map[string]string `json:"metadata"`
	Price             *price            `json:"price"`
	Quantity          int64             `json:"quantity"`
	Subscription      string            `json:"subscription"`
	TaxRates          []none            `json:"tax_rates"`
}

func (s *subscription) marks() map[string]string { return s.Metadata }

func (s *subscription) ended() bool {
	return s.Status == "canceled" || s.Status == "incomplete_expired"
}

// with is the subscription with these items.
func (s subscription) with(items []*subscriptionItem) *subscription {
	s.items = items
	s.Items = page{Object: "list", Data: []any{}, URL: "/v1/subscription_items?subscription=" + s.ID}
	for _, item := range items {
		s.Items.Data = append(s.Items.Data, item)
	}
	return &s
}

// periodEnd is when the next invoice follows.
func (s *subscription) periodEnd() int64 {
	if len(s.items) == 0 {
		return 0
	}
	return s.items[0].PeriodEnd
}

func (c *change) subscription(id string) (*subscription, error) {
	if s, ok := find[*subscription](c.a, "subscription", id); ok {
		return s, nil
	}
	return nil, missing(404, "subscription", id, "id")
}
