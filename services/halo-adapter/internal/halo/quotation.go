package halo

import (
	"context"
	"net/url"
)

// Quotation is an offer to a client. Lists and details share the schema; lists lack its lines unless asked for.
// [official: Halo OpenAPI 2024-09, QuotationHeader]
type Quotation struct {
	Entity

	Title        string          `json:"title"`
	Status       ID              `json:"status"` // the tenant's own
	TicketID     ID              `json:"ticket_id"`
	ClientID     ID              `json:"client_id"`
	SiteID       ID              `json:"site_id"`
	UserID       ID              `json:"user_id"`
	Assigned     ID              `json:"assigned_agent"`
	Date         Time            `json:"date"`
	ExpiryDate   Time            `json:"expiry_date"`
	PONumber     string          `json:"ponumber"`
	Note         string          `json:"note"`
	Currency     string          `json:"currency_code_name"`
	Revenue      Amount          `json:"revenue"`
	TaxTotal     Amount          `json:"tax_total"`
	Total        Amount          `json:"total"`
	Approval     ID              `json:"approvalstate"` // what the numbers mean is not documented
	ApprovedBy   string          `json:"approvalname"`
	ApproverMail string          `json:"approvalemailaddress"`
	ApprovalNote string          `json:"approvalnote"`
	ApprovedAt   Time            `json:"approvaldatetime"`
	Mark         string          `json:"third_party_number"`
	LastUpdate   Time            `json:"last_update_time"` // in lists: unknown
	Lines        []QuotationLine `json:"lines"`
	CustomFields []CustomField   `json:"customfields"`
}

// QuotationLine is one thing that is offered. [official: Halo OpenAPI 2024-09, QuotationDetail]
type QuotationLine struct {
	ID          int64  `json:"id"`
	ItemID      ID     `json:"item_id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Quantity    Amount `json:"current_quantity"`
	BasePrice   Amount `json:"baseprice"`
	CostPrice   Amount `json:"costprice"`
	Discount    Amount `json:"discount_perc"`
	Optional    bool   `json:"optional"`
	NetTotal    Amount `json:"net_total"`
	TotalTax    Amount `json:"total_tax"`
}

// Quotations are the tenant's offers. Their lists have no filter by change [official: Halo OpenAPI 2024-09 and that of 2025].
func (c *Client) Quotations() Entities[Quotation] {
	return Entities[Quotation]{kind[Quotation]{
		name: "quote", noun: "Quotation", path: "/Quotation", keys: []string{"quotes"}, read: Read[Quotation],
		list: func(q Query, v url.Values) {
			v.Set("includelines", "true")
			set(v, "search", q.Search)
			set(v, "client_id", positive(q.ClientID))
			set(v, "ticket_id", positive(q.TicketID))
			if q.Live {
				v.Set("open", "true")
			}
		},
	}, c}
}

// AnswerQuotation says what the client said to a quotation; p names it by its id. What comes back is the quotation [unsure]; of
// an answer that is none, only the id is known.
func (c *Client) AnswerQuotation(ctx context.Context, id int64, p Patch) (Quotation, int64, error) {
	return c.Quotations().write(ctx, "halo.AnswerQuotation", "/Quotation/Approval", id, p.with(id))
}
