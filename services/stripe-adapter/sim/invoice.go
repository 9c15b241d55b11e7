package sim

// invoice is what a customer owes. [official: OpenAPI invoice, without what left it in 2025-03-31]
type invoice struct {
	identity
	AccountCountry       string            `json:"account_country"`
	AccountName          *string           `json:"account_name"`
	AccountTaxIDs        *none             `json:"account_tax_ids"`
	AmountDue            int64             `json:"amount_due"`
	AmountOverpaid       int64             `json:"amount_overpaid"`
	AmountPaid           int64             `json:"amount_paid"`
	AmountPaidOffStripe  int64             `json:"amount_paid_off_stripe"`
	AmountRemaining      int64             `json:"amount_remaining"`
	AmountShipping       int64             `json:"amount_shipping"`
	Application          *none             `json:"application"`
	AttemptCount         int64             `json:"attempt_count"`
	Attempted            bool              `json:"attempted"`
	AutoAdvance          bool              `json:"auto_advance"`
	AutoFinalizesAt      *int64            `json:"automatically_finalizes_at"`
	AutomaticTax         automaticTax      `json:"automatic_tax"`
	BillingReason        string            `json:"billing_reason"`
	CollectionMethod     string            `json:"collection_method"`
	Created              int64             `json:"created"`
	Currency             string            `json:"currency"`
	CustomFields         *none             `json:"custom_fields"`
	Customer             string            `json:"customer"`
	CustomerAccount      *none             `json:"customer_account"`
	CustomerAddress      *address          `json:"customer_address"`
	CustomerEmail        *string           `json:"customer_email"`
	CustomerName         *string           `json:"customer_name"`
	CustomerPhone        *string           `json:"customer_phone"`
	CustomerShipping     *none             `json:"customer_shipping"`
	CustomerTaxExempt    string            `json:"customer_tax_exempt"`
	CustomerTaxIDs       []none            `json:"customer_tax_ids"`
	DefaultPaymentMethod *string           `json:"default_payment_method"`
	DefaultSource        *none             `json:"default_source"`
	DefaultTaxRates      []none            `json:"default_tax_rates"`
	Description          *string           `json:"description"`
	Discounts            []none            `json:"discounts"`
	DueDate              *int64            `json:"due_date"`
	EffectiveAt          *int64            `json:"effective_at"`
	EndingBalance        *int64            `json:"ending_balance"`
	Footer               *string           `json:"footer"`
	FromInvoice          *none             `json:"from_invoice"`
	HostedInvoiceURL     *string           `json:"hosted_invoice_url"`
	InvoicePDF           *string           `json:"invoice_pdf"`
	Issuer               issuer            `json:"issuer"`
	LastFinalization     *none             `json:"last_finalization_error"`
	LatestRevision       *none             `json:"latest_revision"`
	Lines                page              `json:"lines"`
	Livemode             bool              `json:"livemode"`
	Metadata             map[string]string `json:"metadata"`
	NextPaymentAttempt   *int64            `json:"next_payment_attempt"`
	Number               *string           `json:"number"`
	OnBehalfOf           *none             `json:"on_behalf_of"`
	Parent               *invoiceParent    `json:"parent"`
	PaymentSettings      paymentSettings   `json:"payment_settings"`
	PeriodEnd            int64             `json:"period_end"`
	PeriodStart          int64             `json:"period_start"`
	PostPaymentCredits   int64             `json:"post_payment_credit_notes_amount"`
	PrePaymentCredits    int64             `json:"pre_payment_credit_notes_amount"`
	ReceiptNumber        *string           `json:"receipt_number"`
	Rendering            *none             `json:"rendering"`
	ShippingCost         *none             `json:"shipping_cost"`
	ShippingDetails      *none             `json:"shipping_details"`
	StartingBalance      int64             `json:"starting_balance"`
	StatementDescriptor  *string           `json:"statement_descriptor"`
	Status               string            `json:"status"`
	StatusTransitions    invoiceMoves      `json:"status_transitions"`
	Subtotal             int64             `json:"subtotal"`
	SubtotalExcludingTax int64             `json:"subtotal_excluding_tax"`
	TestClock            *none             `json:"test_clock"`
	Total                int64             `json:"total"`
	TotalDiscounts       []none            `json:"total_discount_amounts"`
	TotalExcludingTax    int64             `json:"total_excluding_tax"`
	TotalPretaxCredits   []none            `json:"total_pretax_credit_amounts"`
	TotalTaxes           []none            `json:"total_taxes"`
	WebhooksDeliveredAt  *int64            `json:"webhooks_delivered_at"`

	lines   []*lineItem // all of them; Lines shows the first ten
	overdue bool        // told
}

type automaticTax struct {
	DisabledReason *string `json:"disabled_reason"`
	Enabled        bool    `json:"enabled"`
	Liability      *none   `json:"liability"`
	Provider       *string `json:"provider"`
	Status         *string `json:"status"`
}

type issuer struct {
	Type string `json:"type"`
}

type invoiceParent struct {
	QuoteDetails        *none                `json:"quote_details"`
	SubscriptionDetails *subscriptionDetails `json:"subscription_details"`
	Type                string               `json:"type"`
}

type subscriptionDetails struct {
	Metadata     map[string]string `json:"metadata"`
	Subscription string            `json:"subscription"`
}

type paymentSettings struct {
	DefaultMandate *string `json:"default_mandate"`
	Options        *none   `json:"payment_method_options"`
	Types          *none   `json:"payment_method_types"`
}

type invoiceMoves struct {
	FinalizedAt    *int64 `json:"finalized_at"`
	MarkedUnpaidAt *int64 `json:"marked_uncollectible_at"`
	PaidAt         *int64 `json:"paid_at"`
	VoidedAt       *int64 `json:"voided_at"`
}

func (x *invoice) marks() map[string]string { return x.Metadata }

// subscription is the id of the subscription that it bills; empty: none.
func (x *invoice) subscription() string {
	if x.Parent == nil {
		return ""
	}
	return x.Parent.SubscriptionDetails.Subscription
}

// with is the invoice with these lines and the sums that follow from them.
func (x invoice) with(lines []*lineItem) *invoice {
	x.lines = lines
	x.Lines = page{Object: "list", Data: []any{}, URL: "/v1/invoices/" + x.ID + "/lines", HasMore: len(lines) > 10}
	x.Subtotal = 0
	for n, line := range lines {
		x.Subtotal += line.Amount
		if n < 10 {
			x.Lines.Data = append(x.Lines.Data, line)
		}
	}
	x.Total, x.SubtotalExcludingTax, x.TotalExcludingTax = x.Subtotal, x.Subtotal, x.Subtotal
	x.AmountDue = max(x.Total+x.StartingBalance, 0)
	x.AmountRemaining = x.AmountDue - x.AmountPaid
	return &x
}
