package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// newClient takes on a client while Halo is away: the client, its site, its user and their first ticket name each other before
// Halo has given any of them an id. Then they are offered something, agree, and are billed.
func newClient(ctx context.Context, s *stage) error {
	last, err := s.vendor.last(ctx)
	if err != nil {
		return err
	}
	if err := s.vendor.misbehave(ctx, map[string]any{"outage": true}); err != nil {
		return err
	}
	s.report.did("Halo is away; CreateClient, CreateSite, CreateUser, CreateTicket, each naming those before it")
	began := time.Now()
	made, err := s.takeOn(ctx)
	if err != nil {
		return err
	}
	s.report.check(made.pending() == 4, "answered at once, as pending", several(made.pending(), "new resource"), time.Since(began))
	if err := s.vendor.calm(ctx); err != nil {
		return err
	}
	s.report.did("Halo is back")
	back := time.Now()
	if !s.await(ctx, "all four are at Halo", back, func(ctx context.Context) (bool, string, error) {
		err := s.adapter.refresh(ctx, made)
		return err == nil && made.pending() == 0, several(made.pending(), "pending write"), err
	}) {
		return nil
	}
	if err := s.checkTakenOn(ctx, last, made); err != nil {
		return err
	}
	return s.offerAndBill(ctx, made)
}

// customer is a client with what it has.
type customer struct {
	client *psav1.Client
	site   *psav1.Site
	user   *psav1.User
	ticket *psav1.Ticket
}

// pending is how many of them are on their way.
func (c *customer) pending() (n int) {
	for _, m := range []*typev1.MirrorState{c.client.GetMirror(), c.site.GetMirror(), c.user.GetMirror(), c.ticket.GetMirror()} {
		if len(m.GetPendingWrites()) > 0 {
			n++
		}
	}
	return n
}

func (s *stage) takeOn(ctx context.Context) (c *customer, err error) {
	parent, at := s.adapter.parent, s.adapter.next()
	c = &customer{}
	if c.client, err = at.clients.CreateClient(ctx, &psav1.CreateClientRequest{
		Parent: parent, RequestId: uuid.NewString(), Client: &psav1.Client{DisplayName: "Harbour & Sons"},
	}); err != nil {
		return c, err
	}
	if c.site, err = at.sites.CreateSite(ctx, &psav1.CreateSiteRequest{
		Parent: parent, RequestId: uuid.NewString(), Site: &psav1.Site{DisplayName: "The quay", Client: idOf(c.client.GetName())},
	}); err != nil {
		return c, err
	}
	if c.user, err = at.users.CreateUser(ctx, &psav1.CreateUserRequest{
		Parent: parent, RequestId: uuid.NewString(),
		User: &psav1.User{FirstName: "Ada", LastName: "Harbour", Email: "ada@harbour.example", Site: idOf(c.site.GetName())},
	}); err != nil {
		return c, err
	}
	c.ticket, err = at.tickets.CreateTicket(ctx, &psav1.CreateTicketRequest{
		Parent: parent, RequestId: uuid.NewString(),
		Ticket: &psav1.Ticket{
			Summary: "Our first day", Type: "1", Client: idOf(c.client.GetName()), Site: idOf(c.site.GetName()), User: idOf(c.user.GetName()),
		},
	})
	return c, err
}

// refresh reads them anew, by whatever name they had.
func (a *adapter) refresh(ctx context.Context, c *customer) error {
	at := a.next()
	client, err := at.clients.GetClient(ctx, &psav1.GetClientRequest{Name: c.client.GetName()})
	if err != nil {
		return err
	}
	site, err := at.sites.GetSite(ctx, &psav1.GetSiteRequest{Name: c.site.GetName()})
	if err != nil {
		return err
	}
	user, err := at.users.GetUser(ctx, &psav1.GetUserRequest{Name: c.user.GetName()})
	if err != nil {
		return err
	}
	ticket, err := a.get(ctx, c.ticket.GetName())
	if err != nil {
		return err
	}
	c.client, c.site, c.user, c.ticket = client, site, user, ticket
	return nil
}

// checkTakenOn checks that each was made once, after those that it names, and names them by Halo's ids.
func (s *stage) checkTakenOn(ctx context.Context, last uint64, c *customer) error {
	changes, err := s.vendor.changes(ctx, last)
	if err != nil {
		return err
	}
	var order []string
	for _, e := range changes {
		if e.Op == "create" && e.Application != "" {
			order = append(order, e.Kind)
		}
	}
	s.report.check(strings.Join(order, " ") == "client site user ticket", "each once, in this order", strings.Join(order, ", "), 0)
	t := c.ticket
	s.report.check(t.GetClient() == idOf(c.client.GetName()) && t.GetSite() == idOf(c.site.GetName()) && t.GetUser() == idOf(c.user.GetName()),
		"the ticket names Halo's ids", fmt.Sprintf("client %s, site %s, user %s", t.GetClient(), t.GetSite(), t.GetUser()), 0)
	return nil
}

// offerAndBill makes a quote that the client approves, and the draft of an invoice for it.
func (s *stage) offerAndBill(ctx context.Context, c *customer) error {
	at, hundred := s.adapter.next(), &typev1.Money{MinorUnits: 10_000}
	quote, err := at.quotes.CreateQuote(ctx, &psav1.CreateQuoteRequest{
		Parent: s.adapter.parent, RequestId: uuid.NewString(), Quote: &psav1.Quote{
			Title: "A firewall", Opportunity: idOf(c.ticket.GetName()), Client: idOf(c.client.GetName()), Site: idOf(c.site.GetName()),
			User:  idOf(c.user.GetName()),
			Lines: []*psav1.QuoteLine{{DisplayName: "Firewall", Quantity: "2", UnitPrice: hundred}},
		},
	})
	if err != nil {
		return fmt.Errorf("quote: %w", err)
	}
	s.report.did("CreateQuote with a line, ApproveQuote, CreateInvoice")
	began := time.Now()
	if quote, err = at.quotes.ApproveQuote(ctx, &psav1.ApproveQuoteRequest{
		Name: quote.GetName(), RequestId: uuid.NewString(), Answer: &psav1.Quote_Answer{AnswererName: "Ada Harbour"},
	}); err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	invoice, err := at.invoices.CreateInvoice(ctx, &psav1.CreateInvoiceRequest{
		Parent: s.adapter.parent, RequestId: uuid.NewString(), Invoice: &psav1.Invoice{
			Client: idOf(c.client.GetName()), Site: idOf(c.site.GetName()),
			Lines: []*psav1.InvoiceLine{{Description: "Firewall", Quantity: "2", UnitPrice: hundred}},
		},
	})
	if err != nil {
		return fmt.Errorf("invoice: %w", err)
	}
	s.await(ctx, "the quote is approved at Halo", began, func(ctx context.Context) (_ bool, _ string, err error) {
		quote, err = s.adapter.next().quotes.GetQuote(ctx, &psav1.GetQuoteRequest{Name: quote.GetName()})
		return quote.GetState() == psav1.Quote_STATE_APPROVED && len(quote.GetMirror().GetPendingWrites()) == 0, word(quote.GetState().String()), err
	})
	s.await(ctx, "and the invoice is there, as a draft", began, func(ctx context.Context) (_ bool, _ string, err error) {
		invoice, err = s.adapter.next().invoices.GetInvoice(ctx, &psav1.GetInvoiceRequest{Name: invoice.GetName()})
		made := len(invoice.GetMirror().GetPendingWrites()) == 0 && !strings.HasPrefix(idOf(invoice.GetName()), "~")
		return made && invoice.GetState() == psav1.Invoice_STATE_DRAFT, fmt.Sprintf("%s, %s", idOf(invoice.GetName()), word(invoice.GetState().String())), err
	})
	return nil
}

func word(state string) string { return strings.ToLower(strings.TrimPrefix(state, "STATE_")) }
