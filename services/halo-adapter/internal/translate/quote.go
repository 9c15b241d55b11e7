package translate

import (
	"strconv"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func quoteFields() map[string]string {
	return map[string]string{
		"title": "title", "state": "approvalstate", "status": "status", "opportunity": "ticket_id", "client": "client_id", "site": "site_id",
		"user": "user_id", "agent": "assigned_agent", "issue_time": "date", "expire_time": "expiry_date", "po_number": "ponumber",
		"note": "note", "currency_code": "id " + currencyField, "subtotal": "revenue " + currencyField, "tax": "tax_total " + currencyField,
		"total": "total " + currencyField, "answer": "approvalstate approvalname approvalemailaddress approvalnote approvaldatetime",
		"custom_fields": "customfields", "update_time": "last_update_time",
	}
}

// Quote is what x tells of its quote.
func (w Words) Quote(x halo.Quotation, s Shape) (mirror.Observation, error) {
	currency := w.CurrencyOf(x.Currency)
	q := &psav1.Quote{
		Title: x.Title, State: w.answered(x), Status: strconv.FormatInt(int64(x.Status), 10), Opportunity: ref(int64(x.TicketID)),
		Client: ref(int64(x.ClientID)), Site: ref(int64(x.SiteID)), User: ref(int64(x.UserID)), Agent: w.agent(x.Assigned),
		IssueTime: stamp(w.day(x.Date).Time), ExpireTime: stamp(w.day(x.ExpiryDate).Time), PoNumber: x.PONumber, Note: x.Note,
		CurrencyCode: currency, Subtotal: money(x.Revenue, currency), Tax: money(x.TaxTotal, currency), Total: money(x.Total, currency),
		Answer: answer(x), CustomFields: customFields(x.CustomFields), UpdateTime: stamp(x.LastUpdate.Time),
	}
	for _, l := range x.Lines {
		q.Lines = append(q.Lines, quoteLine(l, currency))
	}
	return told{
		ref: EntityRef("quote", x.ID), row: x.Row, shape: s, fields: quoteFields(), required: []string{"title", "approvalstate"},
		stamp: x.LastUpdate, mark: x.Mark, state: q, lines: tellsLines(x.Lines, s, x.Revenue) && (s == Detail || x.Has(currencyField)),
	}.observed()
}

// answered is where a quotation stands with the client: the numbers of approvalstate are configured.
func (w Words) answered(x halo.Quotation) psav1.Quote_State {
	switch int64(x.Approval) {
	case 0:
		return psav1.Quote_STATE_OPEN
	case w.Approved:
		return psav1.Quote_STATE_APPROVED
	case w.Rejected:
		return psav1.Quote_STATE_REJECTED
	}
	return psav1.Quote_STATE_UNSPECIFIED
}

func answer(x halo.Quotation) *psav1.Quote_Answer {
	if x.Approval == 0 {
		return nil
	}
	return &psav1.Quote_Answer{
		AnswererName: x.ApprovedBy, AnswererEmail: x.ApproverMail, Note: x.ApprovalNote, AnswerTime: stamp(x.ApprovedAt.Time),
	}
}

func quoteLine(l halo.QuotationLine, currency string) *psav1.QuoteLine {
	return &psav1.QuoteLine{
		Id: ref(l.ID), Item: ref(int64(l.ItemID)), DisplayName: l.Name, Description: l.Description, Quantity: decimal(l.Quantity),
		UnitPrice: price(l.BasePrice, currency), UnitCost: price(l.CostPrice, currency), DiscountPercent: percent(l.Discount),
		Optional: l.Optional, Net: money(l.NetTotal, currency), Tax: money(l.TotalTax, currency),
	}
}

// QuotePatch is the fields in paths of q in Halo's words; its money is in currency, if that is known. fault.Invalid: a value
// that cannot be one of Halo's.
func (w Words) QuotePatch(q *psav1.Quote, paths []string, currency string) (halo.Patch, error) {
	return patched(paths, func(p *halo.Patch, path string) error {
		switch path {
		case "title":
			p.Text("title", q.GetTitle())
		case "opportunity":
			return putID(p, "ticket_id", "quote.opportunity", q.GetOpportunity())
		case "client":
			return putID(p, "client_id", "quote.client", q.GetClient())
		case "site":
			return putID(p, "site_id", "quote.site", q.GetSite())
		case "user":
			return putID(p, "user_id", "quote.user", q.GetUser())
		case "agent":
			return w.putAgent(p, "assigned_agent", "quote.agent", q.GetAgent())
		case "issue_time":
			w.putDay(p, "date", q.GetIssueTime(), q.GetIssueTime() != nil)
		case "expire_time":
			w.putDay(p, "expiry_date", q.GetExpireTime(), q.GetExpireTime() != nil)
		case "po_number":
			p.Text("ponumber", q.GetPoNumber())
		case "note":
			p.Text("note", q.GetNote())
		case "lines":
			return putLines(p, "quote", q.GetLines(), currency, quoteLinePatch)
		case "custom_fields":
			return putCustom(p, q.GetCustomFields())
		default:
			return unwritable(path)
		}
		return nil
	})
}

func quoteLinePatch(l *psav1.QuoteLine, field, currency string) (halo.Patch, error) {
	var p halo.Patch
	w := linePut{p: &p, field: field, currency: currency}
	w.id("id", "id", l.GetId())
	w.id("item_id", "item", l.GetItem())
	w.text("name", l.GetDisplayName(), l.GetItem() == "")
	p.Text("description", l.GetDescription())
	w.number("current_quantity", "quantity", l.GetQuantity())
	w.money("baseprice", "unit_price", l.GetUnitPrice())
	w.money("costprice", "unit_cost", l.GetUnitCost())
	w.number("discount_perc", "discount_percent", l.GetDiscountPercent())
	p.Bool("optional", l.GetOptional())
	return p, w.err
}

// NewQuote is a new quotation in Halo's words, with the mark in its third_party_number.
func (w Words) NewQuote(q *psav1.Quote, paths []string, mark uuid.UUID) (halo.Patch, error) {
	p, err := w.QuotePatch(q, paths, w.Currency)
	p.Text("third_party_number", mark.String())
	return p, err
}

// QuoteAnswer is what the client said, in Halo's words: it takes a result, and gives it a number of its own.
func QuoteAnswer(q *psav1.Quote) halo.Patch {
	var p halo.Patch
	p.Bool("result", q.GetState() == psav1.Quote_STATE_APPROVED)
	p.Text("approvalname", q.GetAnswer().GetAnswererName())
	p.Text("approvalemailaddress", q.GetAnswer().GetAnswererEmail())
	p.Text("approvalnote", q.GetAnswer().GetNote())
	if q.GetPoNumber() != "" {
		p.Text("ponumber", q.GetPoNumber())
	}
	return p
}
