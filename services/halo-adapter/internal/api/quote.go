package api

import (
	"context"

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
)

// Quotes is the QuoteService.
type Quotes struct {
	psav1.UnimplementedQuoteServiceServer

	quotes   *resource.Server[*psav1.Quote]
	currency map[string]string
}

// NewQuotes serves the offers to clients. currency is what each connection is configured with, if it is.
func NewQuotes(c resource.Config, currency map[string]string) *Quotes {
	return &Quotes{currency: currency, quotes: resource.New(c, resource.Kind[*psav1.Quote]{Name: "quote", Collections: []string{"quotes"}, Fields: quoteFields()})}
}

func quoteFields() []resource.Field[*psav1.Quote] {
	return []resource.Field[*psav1.Quote]{
		{Path: "title", Check: resource.Checked((*psav1.Quote).GetTitle, text(1, 100)), Required: true},
		{
			Path: "opportunity", Check: resource.Checked((*psav1.Quote).GetOpportunity, number), Born: true,
			Refers: resource.Refers[*psav1.Quote]{Kind: "ticket", ID: (*psav1.Quote).GetOpportunity},
		},
		{
			Path: "client", Check: resource.Checked((*psav1.Quote).GetClient, numberOrNone),
			Refers: resource.Refers[*psav1.Quote]{Kind: "client", ID: (*psav1.Quote).GetClient},
		},
		{
			Path: "site", Check: resource.Checked((*psav1.Quote).GetSite, numberOrNone),
			Refers: resource.Refers[*psav1.Quote]{Kind: "site", ID: (*psav1.Quote).GetSite},
		},
		{
			Path: "user", Check: resource.Checked((*psav1.Quote).GetUser, numberOrNone),
			Refers: resource.Refers[*psav1.Quote]{Kind: "user", ID: (*psav1.Quote).GetUser},
		},
		{Path: "agent", Check: resource.Checked((*psav1.Quote).GetAgent, numberOrNone)},
		{Path: "issue_time", Check: resource.Checked((*psav1.Quote).GetIssueTime, day)},
		{Path: "expire_time", Check: resource.Checked((*psav1.Quote).GetExpireTime, day)},
		{Path: "po_number", Check: resource.Checked((*psav1.Quote).GetPoNumber, text(0, 50))},
		{Path: "note", Check: resource.Checked((*psav1.Quote).GetNote, text(0, 10_000))},
		{Path: "lines", Check: func(field string, q *psav1.Quote) error { return lined(field, q.GetLines(), quoteLine) }},
		{Path: "custom_fields", Check: resource.Checked((*psav1.Quote).GetCustomFields, customFields)},
	}
}

// quoteLine checks one line.
func quoteLine(field string, l *psav1.QuoteLine) error {
	least := 1
	if l.GetItem() != "" {
		least = 0
	} else if l.GetUnitPrice() == nil {
		return fault.Field(field+".unit_price", "is required, unless item says it")
	}
	return first(
		numberOrNone(field+".item", l.GetItem()), text(least, 100)(field+".display_name", l.GetDisplayName()),
		text(0, 2000)(field+".description", l.GetDescription()), quantity(field+".quantity", l.GetQuantity()),
		money(field+".unit_price", l.GetUnitPrice()), money(field+".unit_cost", l.GetUnitCost()),
		positive(field+".discount_percent", l.GetDiscountPercent()),
	)
}

// GetQuote returns one quote, deleted or not.
func (s *Quotes) GetQuote(ctx context.Context, r *psav1.GetQuoteRequest) (*psav1.Quote, error) {
	return s.quotes.Get(ctx, r.GetName())
}

// BatchGetQuotes returns several quotes of one connection, in the order of the names.
func (s *Quotes) BatchGetQuotes(ctx context.Context, r *psav1.BatchGetQuotesRequest) (*psav1.BatchGetQuotesResponse, error) {
	found, err := s.quotes.BatchGet(ctx, r)
	return &psav1.BatchGetQuotesResponse{Quotes: found}, err
}

// ListQuotes returns a page of the quotes of one connection, latest known first.
func (s *Quotes) ListQuotes(ctx context.Context, r *psav1.ListQuotesRequest) (*psav1.ListQuotesResponse, error) {
	q, err := quoteQuery(r.GetFilter())
	if err != nil {
		return nil, err
	}
	page, next, err := s.quotes.List(ctx, r, q)
	return &psav1.ListQuotesResponse{Quotes: page, NextPageToken: next}, err
}

// CreateQuote accepts a new quote.
func (s *Quotes) CreateQuote(ctx context.Context, r *psav1.CreateQuoteRequest) (*psav1.Quote, error) {
	if err := oneCurrency(s.currency[connectionOf(r.GetParent())], quoteAmounts(r.GetQuote().GetLines())); err != nil {
		return nil, err
	}
	return s.quotes.Create(ctx, resource.Write[*psav1.Quote]{Operation: "CreateQuote"}, r, asked(r.GetQuote()))
}

// UpdateQuote accepts a change and queues it.
func (s *Quotes) UpdateQuote(ctx context.Context, r *psav1.UpdateQuoteRequest) (*psav1.Quote, error) {
	own := asked(r.GetQuote())
	w := resource.Write[*psav1.Quote]{Operation: "UpdateQuote", Allows: func(shown *psav1.Quote) error {
		if err := unanswered(shown); err != nil || !setsLines(r.GetUpdateMask(), len(own.GetLines())) {
			return err
		}
		return oneCurrency(shown.GetCurrencyCode(), quoteAmounts(own.GetLines()))
	}}
	return s.quotes.Update(ctx, w, r, own, r.GetUpdateMask())
}

// WatchQuotes streams every visible change of one connection's quotes.
func (s *Quotes) WatchQuotes(r *psav1.WatchQuotesRequest, to grpc.ServerStreamingServer[psav1.WatchQuotesResponse]) error {
	return resource.Watch(s.quotes, r, to, func(c resource.Change[*psav1.Quote]) *psav1.WatchQuotesResponse {
		return &psav1.WatchQuotesResponse{Quote: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}

// unanswered lets nobody change, or answer, what has been answered.
func unanswered(shown *psav1.Quote) error {
	switch shown.GetState() {
	case psav1.Quote_STATE_APPROVED:
		return &fault.Error{Kind: fault.Precondition, Reason: "ALREADY_APPROVED", Message: "the quote is approved already"}
	case psav1.Quote_STATE_REJECTED:
		return &fault.Error{Kind: fault.Precondition, Reason: "ALREADY_REJECTED", Message: "the quote is rejected already"}
	default:
		return nil
	}
}

// ApproveQuote accepts that the client agrees.
func (s *Quotes) ApproveQuote(ctx context.Context, r *psav1.ApproveQuoteRequest) (*psav1.Quote, error) {
	if err := text(0, 50)("po_number", r.GetPoNumber()); err != nil {
		return nil, err
	}
	w, err := answered("ApproveQuote", psav1.Quote_STATE_APPROVED, r.GetAnswer())
	if err != nil {
		return nil, err
	}
	if r.GetPoNumber() != "" {
		w.Patch.PoNumber, w.Paths = r.GetPoNumber(), append(w.Paths, "po_number")
	}
	return s.quotes.Do(ctx, w, r)
}

// RejectQuote accepts that the client does not agree.
func (s *Quotes) RejectQuote(ctx context.Context, r *psav1.RejectQuoteRequest) (*psav1.Quote, error) {
	w, err := answered("RejectQuote", psav1.Quote_STATE_REJECTED, r.GetAnswer())
	if err != nil {
		return nil, err
	}
	return s.quotes.Do(ctx, w, r)
}

// answered is a write of what the client said.
func answered(operation string, state psav1.Quote_State, a *psav1.Quote_Answer) (w resource.Write[*psav1.Quote], err error) {
	if err := first(
		text(1, 100)("answer.answerer_name", a.GetAnswererName()), text(0, 255)("answer.answerer_email", a.GetAnswererEmail()),
		text(0, 2000)("answer.note", a.GetNote()),
	); err != nil {
		return w, err
	}
	said := &psav1.Quote_Answer{AnswererName: a.GetAnswererName(), AnswererEmail: a.GetAnswererEmail(), Note: a.GetNote()}
	return resource.Write[*psav1.Quote]{
		Operation: operation, Patch: &psav1.Quote{State: state, Answer: said}, Paths: []string{"state", "answer"}, Allows: unanswered,
	}, nil
}

func quoteQuery(f *psav1.QuoteFilter) (q mirror.Query, err error) {
	byStanding(&q, f.GetPending(), f.GetRefused())
	return q, first(anyState(&q, f.GetStates(), psav1.Quote_State_name), byID(&q, "client", f.GetClient()), byID(&q, "opportunity", f.GetOpportunity()))
}
