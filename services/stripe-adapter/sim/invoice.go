package sim

import "fmt"

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

// invoicePayment is the link between an invoice and a payment, the only one since 2025-03-31. [official: OpenAPI invoice_payment]
type invoicePayment struct {
	identity
	AmountPaid        *int64       `json:"amount_paid"`
	AmountRequested   int64        `json:"amount_requested"`
	Created           int64        `json:"created"`
	Currency          string       `json:"currency"`
	Invoice           string       `json:"invoice"`
	IsDefault         bool         `json:"is_default"`
	Livemode          bool         `json:"livemode"`
	Payment           paymentLink  `json:"payment"`
	Status            string       `json:"status"`
	StatusTransitions paymentMoves `json:"status_transitions"`
}

type paymentLink struct {
	Intent *string `json:"payment_intent,omitempty"`
	Type   string  `json:"type"`
}

type paymentMoves struct {
	CanceledAt *int64 `json:"canceled_at"`
	PaidAt     *int64 `json:"paid_at"`
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

func invoiceParams() []param {
	return []param{
		flag("auto_advance"), whole("automatically_finalizes_at"), choice("collection_method", "charge_automatically", "send_invoice"), whole("days_until_due"),
		text("default_payment_method"), textMax("description", 1500), whole("due_date"), textMax("footer", 5000), metadata(), textMax("statement_descriptor", 22),
		textMax("number", 26), expandable(),
	}
}

func invoiceRoutes() []route {
	const all, one = "/v1/invoices", "/v1/invoices/{invoice}"
	move := func(name string, write func(*change, *call) (any, error), params ...param) route {
		return route{method: "POST", path: one + "/" + name, params: append(params, expandable()), write: write}
	}
	return []route{
		lister("invoice", all, []param{
			window("created"), text("customer"), text("subscription"), choice("status", "draft", "open", "paid", "uncollectible", "void"), window("due_date"),
			choice("collection_method", "charge_automatically", "send_invoice"),
		}, listedInvoice),
		reader("invoice", all, "invoice"),
		{method: "POST", path: all, write: createInvoice, params: append(invoiceParams(),
			text("customer"), text("currency"), text("subscription"), choice("pending_invoice_items_behavior", "exclude", "include"))},
		{method: "POST", path: one, params: invoiceParams(), write: updateInvoice},
		{method: "DELETE", path: one, write: deleteInvoice},
		move("finalize", finalizeInvoice, flag("auto_advance")),
		move("send", sendInvoice),
		move("pay", payInvoice, text("payment_method"), flag("paid_out_of_band"), flag("off_session"), flag("forgive")),
		move("void", voidInvoice),
		move("mark_uncollectible", markUncollectible),
		{method: "GET", path: one + "/lines", params: paging(), read: listLines},
	}
}

func listedInvoice(c *call, x *invoice) bool {
	return (!c.in.has("customer") || x.Customer == c.in.text("customer")) && (!c.in.has("subscription") || x.subscription() == c.in.text("subscription")) &&
		(!c.in.has("status") || x.Status == c.in.text("status")) && (!c.in.has("collection_method") || x.CollectionMethod == c.in.text("collection_method")) &&
		(!c.in.has("due_date") || x.DueDate != nil && c.in.within("due_date", *x.DueDate))
}

// listLines is all lines of an invoice, in the order in which it shows them.
func listLines(c *call) (any, error) {
	o, err := c.get("invoice", c.PathValue("invoice"))
	x, ok := o.(*invoice)
	if err != nil || !ok {
		return nil, missing(404, "invoice", c.PathValue("invoice"), "invoice")
	}
	var rows []object
	for _, line := range x.lines {
		rows = append(rows, line)
	}
	return c.cut(rows, x.Lines.URL)
}

func createInvoice(c *change, q *call) (any, error) {
	if !q.in.has("customer") {
		return nil, invalid("parameter_missing", "customer", "Missing required param: customer.")
	}
	owner, err := c.customer(q.in.text("customer"), "customer", 400)
	if err != nil {
		return nil, err
	}
	if q.in.has("currency") {
		if _, err := currency(q.in.text("currency")); err != nil {
			return nil, err
		}
	}
	x := c.newInvoice(owner, orText(orText(q.in.text("currency"), value(owner.Currency)), "usd"), "manual")
	x.CollectionMethod = "charge_automatically"
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	if x.CollectionMethod == "send_invoice" && x.DueDate == nil {
		return nil, invalid("", "days_until_due", "If invoice `collection_method` is set to `send_invoice`, you must specify `due_date` or `days_until_due`.")
	}
	x = x.with(nil)
	c.put("create", x)
	if q.in.text("pending_invoice_items_behavior") == "include" {
		x = c.takePending(x)
	}
	x = c.scheduled(x)
	c.store(x)
	c.tell("invoice.created", x, nil)
	return x, nil
}

// newInvoice is an empty draft.
func (c *change) newInvoice(owner *customer, currency, reason string) *invoice {
	x := invoice{
		identity: c.mint("invoice"), AccountCountry: "US", BillingReason: reason, Created: c.at, Currency: currency, Customer: owner.ID,
		CustomerAddress: owner.Address, CustomerEmail: owner.Email, CustomerName: owner.Name, CustomerPhone: owner.Phone,
		CustomerTaxExempt: owner.TaxExempt, CustomerTaxIDs: []none{}, DefaultTaxRates: []none{}, Discounts: []none{}, Issuer: issuer{"self"},
		Livemode: c.s.cfg.Live, Metadata: map[string]string{}, PeriodStart: c.at, PeriodEnd: c.at, Status: "draft", StartingBalance: owner.Balance,
		TotalDiscounts: []none{}, TotalPretaxCredits: []none{}, TotalTaxes: []none{},
	}
	return &x
}

// scheduled is a draft with the time at which it will finalize itself: an hour after the vendor's webhooks for it were taken, and
// at the latest after 72 hours. [official: OpenAPI invoice webhooks_delivered_at; automatic advancement]
func (c *change) scheduled(x *invoice) *invoice {
	next := *x
	if len(c.s.listeners(c.a, "invoice.created")) == 0 {
		next.WebhooksDeliveredAt = &c.at
	}
	if next.AutoAdvance && next.AutoFinalizesAt == nil {
		next.AutoFinalizesAt = later(c.at, 3600)
	}
	return &next
}

func later(at, by int64) *int64 { at += by; return &at }

func (x *invoice) fill(c *change, in *node) error {
	if id := in.text("default_payment_method"); id != "" {
		method, err := c.attach(id, "default_payment_method", &x.Customer)
		if err != nil {
			return err
		}
		x.DefaultPaymentMethod = &method.ID
	}
	x.CollectionMethod = orText(in.text("collection_method"), x.CollectionMethod)
	if in.has("auto_advance") {
		x.AutoAdvance = in.flag("auto_advance")
	}
	in.setWhole("automatically_finalizes_at", &x.AutoFinalizesAt)
	in.setWhole("due_date", &x.DueDate)
	if in.has("days_until_due") {
		if x.CollectionMethod != "send_invoice" {
			return invalid("", "days_until_due", "`days_until_due` can only be set if `collection_method` is `send_invoice`.")
		}
		x.DueDate = later(c.at, in.whole("days_until_due")*day)
	}
	in.setText("description", &x.Description)
	in.setText("footer", &x.Footer)
	in.setText("number", &x.Number)
	in.setText("statement_descriptor", &x.StatementDescriptor)
	x.Metadata = in.metadata(x.Metadata)
	return nil
}

// frozen are the parameters that may not change once an invoice is final. [official: error codes, invoice_not_editable]
func frozen(in *node) bool {
	for _, name := range []string{"collection_method", "days_until_due", "description", "due_date", "footer", "number", "automatically_finalizes_at"} {
		if in.has(name) {
			return true
		}
	}
	return false
}

func updateInvoice(c *change, q *call) (any, error) {
	old, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if old.Status != "draft" && frozen(q.in) {
		return nil, notEditable(old)
	}
	x := *old
	if err := x.fill(c, q.in); err != nil {
		return nil, err
	}
	next := x.with(x.lines)
	c.put("update", next)
	c.tell("invoice.updated", next, old)
	return next, nil
}

func notEditable(x *invoice) refusal {
	return invalid("invoice_not_editable", "", "This invoice is no longer editable: its status is %s.", x.Status)
}

// deleteInvoice: drafts that no subscription made. [official: api invoices delete]
func deleteInvoice(c *change, q *call) (any, error) {
	x, err := c.invoice(q.PathValue("invoice"))
	if err != nil {
		return nil, err
	}
	if x.Status != "draft" || x.subscription() != "" {
		return nil, invalid("", "", "You can only delete draft invoices that were not made by a subscription; void this one instead.")
	}
	for _, item := range all(c.a, "invoiceitem", func(i *invoiceItem) bool { return value(i.Invoice) == x.ID }) {
		c.remove(item)
		c.tell("invoiceitem.deleted", item, nil)
	}
	c.remove(x)
	c.tell("invoice.deleted", x, nil)
	return &stub{identity: x.identity, Deleted: true}, nil
}

func (c *change) invoice(id string) (*invoice, error) {
	if x, ok := find[*invoice](c.a, "invoice", id); ok {
		return x, nil
	}
	return nil, missing(404, "invoice", id, "invoice")
}

// number is the next one of a customer.
func (c *change) number(x *invoice) string {
	owner, ok := find[*customer](c.a, "customer", x.Customer)
	if !ok {
		return x.ID
	}
	next := *owner
	next.NextInvoiceSequence++
	next.Currency = &x.Currency
	c.store(&next)
	return fmt.Sprintf("%s-%04d", owner.InvoicePrefix, owner.NextInvoiceSequence)
}
