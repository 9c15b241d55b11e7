package sim

import (
	"slices"
	"time"
)

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

func subscriptionParams() []param {
	return []param{
		flag("cancel_at_period_end"), whole("cancel_at"), choice("collection_method", "charge_automatically", "send_invoice"), whole("days_until_due"),
		text("default_payment_method"), textMax("description", 500), expandable(), metadata(), flag("off_session"), text("trial_end"),
		choice("payment_behavior", "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"),
		choice("proration_behavior", "always_invoice", "create_prorations", "none"),
		hash("trial_settings", hash("end_behavior", choice("missing_payment_method", "cancel", "create_invoice", "pause").must()).must()),
	}
}

func cancelDetails() param {
	return hash("cancellation_details", text("comment"), choice("feedback", "customer_service", "low_quality", "missing_features", "other", "switched_service", "too_complex", "too_expensive", "unused"))
}

func subscriptionRoutes() []route {
	const all, one = "/v1/subscriptions", "/v1/subscriptions/{subscription_exposed_id}"
	return []route{
		lister("subscription", all, []param{
			window("created"), text("customer"), text("price"), choice("collection_method", "charge_automatically", "send_invoice"), window("current_period_end"), window("current_period_start"),
			choice("status", "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due", "paused", "trialing", "unpaid"),
		}, listedSubscription),
		reader("subscription", all, "subscription_exposed_id"),
		{method: "POST", path: all, write: createSubscription, params: append(subscriptionParams(),
			text("customer").must(), text("currency"), whole("trial_period_days"),
			list("items", text("price"), whole("quantity"), metadata()))},
		{method: "POST", path: one, write: updateSubscription, params: append(subscriptionParams(), cancelDetails(),
			hash("pause_collection", choice("behavior", "keep_as_draft", "mark_uncollectible", "void").must(), whole("resumes_at")),
			list("items", text("id"), text("price"), whole("quantity"), flag("deleted"), metadata()))},
		{method: "DELETE", path: one, write: endSubscription, params: []param{cancelDetails(), flag("invoice_now"), flag("prorate"), expandable()}},
		{method: "POST", path: "/v1/subscriptions/{subscription}/resume", write: resumeSubscription, params: []param{
			choice("billing_cycle_anchor", "now", "unchanged"), choice("proration_behavior", "always_invoice", "create_prorations", "none"), expandable(),
		}},
		lister("subscription_item", "/v1/subscription_items", []param{text("subscription").must()}, func(c *call, i *subscriptionItem) bool {
			return i.Subscription == c.in.text("subscription")
		}),
		reader("subscription_item", "/v1/subscription_items", "item"),
	}
}

// listedSubscription: canceled ones only if they are asked for. [official: api subscriptions list, "status"]
func listedSubscription(c *call, s *subscription) bool {
	status := c.in.text("status")
	shown := status == "all" || status == s.Status || status == "" && s.Status != "canceled" || status == "ended" && s.ended()
	return shown && (!c.in.has("customer") || s.Customer == c.in.text("customer")) &&
		(!c.in.has("collection_method") || s.CollectionMethod == c.in.text("collection_method")) &&
		(!c.in.has("price") || slices.ContainsFunc(s.items, func(i *subscriptionItem) bool { return i.Price.ID == c.in.text("price") })) &&
		c.in.within("current_period_end", s.periodEnd())
}

func (c *change) subscription(id string) (*subscription, error) {
	if s, ok := find[*subscription](c.a, "subscription", id); ok {
		return s, nil
	}
	return nil, missing(404, "subscription", id, "id")
}

func (s *subscription) fill(c *change, in *node) error {
	if id := in.text("default_payment_method"); id != "" {
		method, err := c.attach(id, "default_payment_method", &s.Customer)
		if err != nil {
			return err
		}
		s.DefaultPaymentMethod = &method.ID
	}
	s.CollectionMethod = orText(in.text("collection_method"), s.CollectionMethod)
	in.setWhole("days_until_due", &s.DaysUntilDue)
	if s.CollectionMethod == "send_invoice" && s.DaysUntilDue == nil {
		return invalid("", "days_until_due", "`days_until_due` must be set when `collection_method` is `send_invoice`.")
	}
	in.setText("description", &s.Description)
	in.setWhole("cancel_at", &s.CancelAt)
	s.Metadata = in.metadata(s.Metadata)
	if end := in.at("trial_settings").at("end_behavior"); end != nil {
		s.TrialSettings = &trialSettings{}
		s.TrialSettings.EndBehavior.MissingPaymentMethod = end.text("missing_payment_method")
	}
	s.fillPause(in)
	s.fillCancellation(c, in)
	return nil
}

// fillPause: collection pauses and the status stays. [official: OpenAPI subscriptions pause_collection]
func (s *subscription) fillPause(in *node) {
	part := in.at("pause_collection")
	switch {
	case part == nil:
	case part.value != nil:
		s.PauseCollection = nil
	default:
		s.PauseCollection = &pauseCollection{Behavior: part.text("behavior")}
		part.setWhole("resumes_at", &s.PauseCollection.ResumesAt)
	}
}

func (s *subscription) fillCancellation(c *change, in *node) {
	if details := in.at("cancellation_details"); details != nil {
		details.setText("comment", &s.CancellationDetails.Comment)
		details.setText("feedback", &s.CancellationDetails.Feedback)
	}
	if !in.has("cancel_at_period_end") {
		return
	}
	s.CancelAtPeriodEnd = in.flag("cancel_at_period_end")
	s.CancelAt, s.CanceledAt, s.CancellationDetails.Reason = nil, nil, nil
	if s.CancelAtPeriodEnd {
		end := s.periodEnd()
		s.CancelAt, s.CanceledAt, s.CancellationDetails.Reason = &end, &c.at, maybe("cancellation_requested")
	}
}

// periodFrom is the end of a period that begins then, of a subscription whose periods turn on the day of the anchor.
func (r *recurring) periodFrom(start, anchor int64) int64 {
	at, n := time.Unix(start, 0).UTC(), int(r.IntervalCount)
	switch r.Interval {
	case "day":
		at = at.AddDate(0, 0, n)
	case "week":
		at = at.AddDate(0, 0, 7*n)
	case "year":
		at = monthsLater(at, 12*n, time.Unix(anchor, 0).UTC().Day())
	default:
		at = monthsLater(at, n, time.Unix(anchor, 0).UTC().Day())
	}
	return at.Unix()
}

// monthsLater is that day of a later month, or its last: a month after the 31st of January is the last of February, and the next
// the 31st of March. [official: billing cycle]
func monthsLater(at time.Time, n, day int) time.Time {
	first := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day, last)-1)
}
