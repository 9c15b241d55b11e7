package sim

import "encoding/json"

// quote is an offer, a row of the vendor's QuotationHeader table.
type quote = record[quoteFields]

type quoteFields struct {
	Title            string `json:"title"`
	TicketID         int32  `json:"ticket_id"`
	Status           int32  `json:"status"` // the tenant's own
	PORef            string `json:"po_ref"`
	PONumber         string `json:"ponumber"`
	Date             stamp  `json:"date"`
	ExpiryDate       stamp  `json:"expiry_date"`
	ClientID         int32  `json:"client_id"`
	SiteID           int32  `json:"site_id"`
	UserID           int32  `json:"user_id"`
	AgentID          int32  `json:"agent_id"`
	AssignedAgent    int32  `json:"assigned_agent"`
	CurrencyCode     int32  `json:"currency_code"`
	Note             string `json:"note"`
	ThirdPartyNumber string `json:"third_party_number"`
	ThirdPartyURL    string `json:"third_party_url"`

	Lines  []quoteLine `json:"-"`
	Answer quoteAnswer `json:"-"`
}

// quoteAnswer is what the client said.
type quoteAnswer struct {
	State        int32  `json:"approvalstate"` // the numbers are unknown, so switches [unsure]
	AnswererName string `json:"approvalname"`
	Address      string `json:"approvalemailaddress"`
	Remark       string `json:"approvalnote"`
	At           stamp  `json:"approvaldatetime"`
}

// quoteLine is a line as a caller may write it (schema QuotationDetail).
type quoteLine struct {
	ID            int32   `json:"id"`
	ItemID        int32   `json:"item_id"`
	Name          string  `json:"name"`
	Description   string  `json:"description"`
	ProductCode   string  `json:"productcode"`
	Quantity      float64 `json:"current_quantity"`
	BasePrice     float64 `json:"baseprice"`
	CostPrice     float64 `json:"costprice"`
	DiscountPerc  float64 `json:"discount_perc"`
	TaxName       string  `json:"tax_name"`
	BillingPeriod int32   `json:"billingperiod"`
	GroupID       int32   `json:"group_id"`
	Optional      bool    `json:"optional"`
	StartDate     stamp   `json:"startdate"`
	Note          string  `json:"note"`
}

func (l *quoteLine) number() *int32 { return &l.ID }

// quoteLineView is a line as the API shows it.
type quoteLineView struct {
	quoteLine
	QHID       int     `json:"qhid"`
	NetTotal   float64 `json:"net_total"`
	TotalTax   float64 `json:"total_tax"`
	TotalPrice float64 `json:"total_price"`
}

// quoteInput is what a POST may say about a quotation beside its fields.
type quoteInput struct {
	*quoteFields
	ID         int32             `json:"id"`
	Custom     []json.RawMessage `json:"customfields"`
	Link       *externalLink     `json:"new_external_link"`
	Lines      []json.RawMessage `json:"lines"`
	NoValidate bool              `json:"_novalidate"`
}

// quoteView is a quotation as the API shows it (schema QuotationHeader); lists and details share it.
type quoteView struct {
	ID int `json:"id"`
	quoteFields
	quoteAnswer
	ClientName         string          `json:"client_name"`
	SiteName           string          `json:"site_name"`
	UserName           string          `json:"user_name"`
	AssignedAgentName  string          `json:"assigned_agent_name"`
	CurrencyCodeName   string          `json:"currency_code_name"`
	Revenue            float64         `json:"revenue"`
	TaxTotal           float64         `json:"tax_total"`
	Total              float64         `json:"total"`
	Margin             float64         `json:"margin"`
	InternalApproval   int32           `json:"internal_approval_status"`
	CreatedByAgentName string          `json:"createdbyagentname"`
	LastUpdateTime     *stamp          `json:"last_update_time,omitempty"` // in lists: unknown
	Lines              []quoteLineView `json:"lines,omitempty"`            // in lists with includelines
	CustomFields       []customField   `json:"customfields"`
	ExternalLinks      []externalLink  `json:"external_links,omitempty"`
	Warning            *string         `json:"_warning,omitempty"`
}
