package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/durationpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// monthsEnd is the paperwork: an hour is booked, an offer is turned down and a bill is void, whose answers are all lost; meanwhile
// people at Halo attach a file and agree on what is billed from now on, which no webhook tells in full.
func monthsEnd(ctx context.Context, s *stage) error {
	p, err := s.drafted(ctx)
	if err != nil {
		return err
	}
	file, err := s.vendor.attach(ctx, idOf(p.ticket), "router.log", 4711)
	if err != nil {
		return err
	}
	recurring, err := s.vendor.make(ctx, "recurring_invoice", map[string]any{
		"client_id": 2, "reference": "Support", "lines": []map[string]any{{"item_shortdescription": "Support", "qty_order": 1, "unit_price": 80}},
	})
	if err != nil {
		return err
	}
	s.report.did("at Halo, a file is attached to ticket %s, and a recurring invoice is set up", idOf(p.ticket))
	last, err := s.vendor.last(ctx)
	if err != nil {
		return err
	}
	if err := s.vendor.misbehave(ctx, map[string]any{"lose_answers": 3, "routes": []string{"/api/actions", "/api/quotation", "/api/invoice"}}); err != nil {
		return err
	}
	s.report.did("AddTimeEntry of an hour, RejectQuote, VoidInvoice; Halo takes each, and all three answers are lost")
	began := time.Now()
	if err := s.closeMonth(ctx, p); err != nil {
		return err
	}
	s.report.check(p.pending() == 3, "answered at once, as pending", several(p.pending(), "write"), time.Since(began))
	if !s.await(ctx, "booked, rejected and void", began, func(ctx context.Context) (bool, string, error) {
		err := s.adapter.reread(ctx, p)
		return err == nil && p.closed(), p.seen(), err
	}) {
		return nil
	}
	if err := s.checkClosedOnce(ctx, last); err != nil {
		return err
	}
	s.await(ctx, "the file is listed, by its name and size", began, s.attached(p.ticket, file))
	s.await(ctx, "what is billed each month can be read", began, s.recurs(recurring))
	return nil
}

// paperwork is what is closed at the end of a month.
type paperwork struct {
	ticket  string
	work    *psav1.Note
	quote   *psav1.Quote
	invoice *psav1.Invoice
}

func (p *paperwork) pending() (n int) {
	for _, m := range []*typev1.MirrorState{p.work.GetMirror(), p.quote.GetMirror(), p.invoice.GetMirror()} {
		n += len(m.GetPendingWrites())
	}
	return n
}

func (p *paperwork) closed() bool {
	return p.pending() == 0 && p.work.GetWork().GetTimeSpent().AsDuration() == time.Hour &&
		p.quote.GetState() == psav1.Quote_STATE_REJECTED && p.invoice.GetState() == psav1.Invoice_STATE_VOID
}

func (p *paperwork) seen() string {
	return fmt.Sprintf("%g h, %s, %s, %s pending", p.work.GetWork().GetTimeSpent().AsDuration().Hours(), word(p.quote.GetState().String()),
		word(p.invoice.GetState().String()), several(p.pending(), "write"))
}

// drafted is an offer and a bill, both at Halo.
func (s *stage) drafted(ctx context.Context) (p *paperwork, err error) {
	at := s.adapter.next()
	p = &paperwork{ticket: s.tickets[70]}
	if p.quote, err = at.quotes.CreateQuote(ctx, &psav1.CreateQuoteRequest{
		Parent: s.adapter.parent, RequestId: uuid.NewString(), Quote: &psav1.Quote{Title: "A larger firewall", Client: "2"},
	}); err != nil {
		return p, err
	}
	if p.invoice, err = at.invoices.CreateInvoice(ctx, &psav1.CreateInvoiceRequest{
		Parent: s.adapter.parent, RequestId: uuid.NewString(), Invoice: &psav1.Invoice{
			Client: "2", Lines: []*psav1.InvoiceLine{{Description: "Billed by mistake", Quantity: "1", UnitPrice: &typev1.Money{MinorUnits: 9_900}}},
		},
	}); err != nil {
		return p, err
	}
	return p, until(ctx, patience, func(ctx context.Context) (bool, string, error) {
		err := s.adapter.reread(ctx, p)
		return err == nil && p.pending() == 0, several(p.pending(), "pending write"), err
	})
}

// closeMonth asks for all three.
func (s *stage) closeMonth(ctx context.Context, p *paperwork) (err error) {
	at := s.adapter.next()
	if p.work, err = at.tickets.AddTimeEntry(ctx, &psav1.AddTimeEntryRequest{
		Parent: p.ticket, RequestId: uuid.NewString(), Note: &psav1.Note{Text: "Replaced the router", Work: &psav1.Note_Work{TimeSpent: durationpb.New(time.Hour)}},
	}); err != nil {
		return err
	}
	if p.quote, err = at.quotes.RejectQuote(ctx, &psav1.RejectQuoteRequest{
		Name: p.quote.GetName(), RequestId: uuid.NewString(), Answer: &psav1.Quote_Answer{AnswererName: "Ada Harbour", Note: "Too dear"},
	}); err != nil {
		return err
	}
	p.invoice, err = at.invoices.VoidInvoice(ctx, &psav1.VoidInvoiceRequest{Name: p.invoice.GetName(), RequestId: uuid.NewString()})
	return err
}

// reread reads anew what there is of it.
func (a *adapter) reread(ctx context.Context, p *paperwork) (err error) {
	at := a.next()
	if p.work != nil {
		if p.work, err = at.tickets.GetNote(ctx, &psav1.GetNoteRequest{Name: p.work.GetName()}); err != nil {
			return err
		}
	}
	if p.quote, err = at.quotes.GetQuote(ctx, &psav1.GetQuoteRequest{Name: p.quote.GetName()}); err != nil {
		return err
	}
	p.invoice, err = at.invoices.GetInvoice(ctx, &psav1.GetInvoiceRequest{Name: p.invoice.GetName()})
	return err
}

// checkClosedOnce checks that Halo was changed once for each.
func (s *stage) checkClosedOnce(ctx context.Context, last uint64) error {
	changes, err := s.vendor.changes(ctx, last)
	if err != nil {
		return err
	}
	made := map[string]int{}
	for _, e := range changes {
		if e.Application != "" {
			made[e.Kind]++
		}
	}
	s.report.check(made["action"] == 1 && made["quotation"] == 1 && made["invoice"] == 1, "each was made once, as Halo's ledger says",
		fmt.Sprintf("%d booked, %d answered, %d voided", made["action"], made["quotation"], made["invoice"]), 0)
	return nil
}

// attached looks whether the mirror lists a file.
func (s *stage) attached(ticket string, id int) look {
	return func(ctx context.Context) (bool, string, error) {
		page, err := s.adapter.next().tickets.ListAttachments(ctx, &psav1.ListAttachmentsRequest{Parent: ticket})
		var names []string
		found := false
		for _, f := range page.GetAttachments() {
			names = append(names, fmt.Sprintf("%s, %s bytes", f.GetFileName(), thousands(f.GetSizeBytes())))
			found = found || idOf(f.GetName()) == fmt.Sprint(id)
		}
		return found, strings.Join(names, "; "), err
	}
}

// recurs looks whether the mirror has a recurring invoice, with its line.
func (s *stage) recurs(id int) look {
	return func(ctx context.Context) (bool, string, error) {
		x, err := s.adapter.next().invoices.GetRecurringInvoice(ctx, &psav1.GetRecurringInvoiceRequest{
			Name: fmt.Sprintf("%s/recurringInvoices/%d", s.adapter.parent, id),
		})
		return len(x.GetLines()) == 1, fmt.Sprintf("%q, %s", x.GetReference(), several(len(x.GetLines()), "line")), err
	}
}
