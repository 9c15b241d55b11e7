package halo

import "net/url"

// Invoice is a bill, or the pattern of one that recurs: both have one schema. [official: Halo OpenAPI 2024-09, InvoiceHeader]
type Invoice struct {
	Entity

	Number       string        `json:"invoicenumber"`
	Mark         string        `json:"thirdpartyinvoicenumber"`
	Name         string        `json:"name"`
	ClientID     ID            `json:"client_id"`
	SiteID       ID            `json:"sitenumber"`
	TicketID     ID            `json:"ticket_id"`
	InvoiceDate  Time          `json:"invoice_date"`
	DueDate      Time          `json:"duedate"`
	Reference    string        `json:"reference"`
	Note         string        `json:"notes_1"`
	InternalNote string        `json:"internal_note"`
	Currency     string        `json:"currency_code_name"`
	Revenue      Amount        `json:"revenue"`
	TaxTotal     Amount        `json:"tax_total"`
	Total        Amount        `json:"total"`
	AmountDue    Amount        `json:"amountdue"`
	AmountPaid   Amount        `json:"amountpaid"`
	Posted       bool          `json:"posted"`
	Voided       bool          `json:"voided"`
	DatePosted   Time          `json:"dateposted"`
	DatePaid     Time          `json:"datepaid"`
	DateCreated  Time          `json:"date_created"`
	LastModified Time          `json:"last_modified"`
	RecurringID  ID            `json:"recurring_invoice_id"`
	Lines        []InvoiceLine `json:"lines"`
	CustomFields []CustomField `json:"customfields"`

	Disabled  bool `json:"disabled"` // from here on: of those that recur
	StartDate Time `json:"startdate"`
	EndDate   Time `json:"enddate"`
	LastMade  Time `json:"lastcreated"`
	NextMade  Time `json:"nextcreationdate"`
}

// InvoiceLine is one thing that is billed. [official: Halo OpenAPI 2024-09, InvoiceDetail]
type InvoiceLine struct {
	ID               int64  `json:"id"`
	ItemCode         string `json:"item_code"`
	ShortDescription string `json:"item_shortdescription"`
	LongDescription  string `json:"item_longdescription"`
	Quantity         Amount `json:"qty_order"`
	UnitPrice        Amount `json:"unit_price"`
	Discount         Amount `json:"discount_perc"`
	TaxCode          string `json:"tax_code"`
	TicketID         ID     `json:"ticket_id"`
	NetAmount        Amount `json:"net_amount"`
	TaxAmount        Amount `json:"tax_amount"`
}

// Invoices are the tenant's bills.
func (c *Client) Invoices() Entities[Invoice] {
	return Entities[Invoice]{kind[Invoice]{
		name: "invoice", noun: "Invoice", path: "/Invoice", keys: []string{"invoices"}, list: bills, read: Read[Invoice],
	}, c}
}

// RecurringInvoices are what bills are made from. They come under the key of invoices, or one of their own [unsure].
func (c *Client) RecurringInvoices() Entities[Invoice] {
	return Entities[Invoice]{kind[Invoice]{
		name: "recurring_invoice", noun: "RecurringInvoice", path: "/RecurringInvoice", keys: []string{"invoices", "recurringinvoices"},
		list: bills, read: Read[Invoice],
	}, c}
}

// bills narrows by change as newer builds can; older ones ignore that. The filter is spelled
// start_date here, unlike that of tickets and actions [official: Halo OpenAPI of 2025, /Invoice and /RecurringInvoice].
func bills(q Query, v url.Values) {
	v.Set("includelines", "true")
	set(v, "search", q.Search)
	set(v, "client_id", positive(q.ClientID))
	set(v, "ticket_id", positive(q.TicketID))
	if q.Live {
		v.Set("notpostedonly", "true")
	}
	if !q.Since.IsZero() {
		v.Set("datesearch", "last_modified")
		v.Set("start_date", seconds(q.Since))
	}
}
