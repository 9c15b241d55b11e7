package sim

import "encoding/json"

// invoice is a bill, or the pattern of one that recurs: both have the schema InvoiceHeader.
type invoice = record[invoiceFields]

type invoiceFields struct {
	ClientID         int32  `json:"client_id"`
	SiteNumber       int32  `json:"sitenumber"`
	TicketID         int32  `json:"ticket_id"`
	ContractID       int32  `json:"contract_id"`
	InvoiceDate      stamp  `json:"invoice_date"`
	DueDate          stamp  `json:"duedate"`
	Reference        string `json:"reference"`
	Notes1           string `json:"notes_1"`
	Notes2           string `json:"notes_2"`
	Notes3           string `json:"notes_3"`
	InternalNote     string `json:"internal_note"`
	InvoiceType      int32  `json:"invoicetype"`
	CurrencyCode     int32  `json:"currency_code"`
	ThirdPartyNumber string `json:"thirdpartyinvoicenumber"`

	Posted    stamp         `json:"-"` // when; zero: a draft
	Paid      float64       `json:"-"`
	DatePaid  stamp         `json:"-"`
	Voided    bool          `json:"-"`
	Recurring int32         `json:"-"` // which made it
	Lines     []invoiceLine `json:"-"`
	Pattern   pattern       `json:"-"`
}

// pattern is when a recurring invoice makes the next.
type pattern struct {
	Disabled  bool  `json:"disabled"`
	Last      stamp `json:"lastcreated"`
	Next      stamp `json:"nextcreationdate"`
	StartDate stamp `json:"startdate"`
	EndDate   stamp `json:"enddate"`
	Period    int32 `json:"period"`
}

// invoiceLine is a line as a caller may write it (schema InvoiceDetail).
type invoiceLine struct {
	ID               int32   `json:"id"`
	ItemCode         string  `json:"item_code"`
	ShortDescription string  `json:"item_shortdescription"`
	LongDescription  string  `json:"item_longdescription"`
	Quantity         float64 `json:"qty_order"`
	UnitPrice        float64 `json:"unit_price"`
	TaxCode          string  `json:"tax_code"`
	NominalCode      string  `json:"nominal_code"`
	DiscountPerc     float64 `json:"discount_perc"`
	TicketID         int32   `json:"ticket_id"`
	ContractID       int32   `json:"contract_id"`
	StartDate        stamp   `json:"startdate"`
	EndDate          stamp   `json:"enddate"`
}

func (l *invoiceLine) number() *int32 { return &l.ID }

// invoiceLineView is a line as the API shows it.
type invoiceLineView struct {
	invoiceLine
	IHID      int     `json:"ihid"`
	NetAmount float64 `json:"net_amount"`
	TaxAmount float64 `json:"tax_amount"`
	TaxRate   float64 `json:"tax_rate"`
}

// invoiceInput is what a POST may say about an invoice beside its fields; the total is the vendor's own.
type invoiceInput struct {
	*invoiceFields
	ID         int32             `json:"id"`
	Custom     []json.RawMessage `json:"customfields"`
	Link       *externalLink     `json:"new_external_link"`
	Lines      []json.RawMessage `json:"lines"`
	Posted     *bool             `json:"posted"`
	Voided     *bool             `json:"voided"`
	AmountPaid *float64          `json:"amountpaid"`
	NoValidate bool              `json:"_novalidate"`
}

// invoiceView is an invoice as the API shows it (schema InvoiceHeader); lists and details share it.
type invoiceView struct {
	ID int `json:"id"`
	invoiceFields
	InvoiceNumber    string            `json:"invoicenumber"`
	ClientName       string            `json:"client_name"`
	SiteName         string            `json:"site_name"`
	Posted           bool              `json:"posted"`
	Voided           bool              `json:"voided"`
	PaymentStatus    int32             `json:"paymentstatus"` // the numbers are unknown: 0, 1 in part, 2 in full [unsure]
	AmountPaid       float64           `json:"amountpaid"`
	AmountDue        float64           `json:"amountdue"`
	Revenue          float64           `json:"revenue"`
	TaxTotal         float64           `json:"tax_total"`
	Total            float64           `json:"total"`
	DatePosted       stamp             `json:"dateposted"`
	DateSent         stamp             `json:"datesent"`
	DatePaid         stamp             `json:"datepaid"`
	LastModified     stamp             `json:"last_modified"`
	LastSynced       stamp             `json:"last_synced"`
	DateCreated      stamp             `json:"date_created"`
	CurrencyCodeName string            `json:"currency_code_name"`
	RecurringID      int32             `json:"recurring_invoice_id"`
	IsRecurring      bool              `json:"is_recurring_invoice"`
	*pattern                           // of recurring ones
	Lines            []invoiceLineView `json:"lines,omitempty"` // in lists with includelines
	CustomFields     []customField     `json:"customfields"`
	ExternalLinks    []externalLink    `json:"external_links,omitempty"`
	Warning          *string           `json:"_warning,omitempty"`
}
