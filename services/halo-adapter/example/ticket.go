package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// overview shows the tickets that changed last, and how fresh that is.
func (p portal) overview(ctx context.Context, parent string) error {
	page, err := again(ctx, func(ctx context.Context) (*psav1.ListTicketsResponse, error) {
		return p.tickets.ListTickets(ctx, &psav1.ListTicketsRequest{Parent: parent, PageSize: 5})
	})
	if err != nil {
		return fmt.Errorf("list tickets: %w", err)
	}
	for _, t := range page.GetTickets() {
		p.show(t)
	}
	return nil
}

// show is a ticket with all that its reader should know of it: how old the copy is, what is on its way, what was refused.
func (p portal) show(t *psav1.Ticket) {
	m := t.GetMirror()
	fresh := "never seen at the vendor yet"
	if at := m.GetSyncTime(); at != nil {
		fresh = "as of " + time.Since(at.AsTime()).Round(time.Second).String() + " ago"
	}
	p.say("%s  %q  %s, %s", t.GetName(), t.GetSummary(), t.GetState(), fresh)
	for _, w := range m.GetPendingWrites() {
		p.say("  pending: %s of %v", w.GetOperation(), w.GetPaths())
	}
	if r := m.GetRefusal(); r != nil {
		p.say("  refused: %s of %v: %s (%s)", r.GetOperation(), r.GetPaths(), r.GetMessage(), r.GetReason())
	}
	if m.GetDeleteTime() != nil {
		p.say("  deleted")
	}
}

// create makes a ticket. Its name works at once, and for ever.
func (p portal) create(ctx context.Context, parent string) (*psav1.Ticket, error) {
	r := &psav1.CreateTicketRequest{Parent: parent, Ticket: &psav1.Ticket{Summary: "Printer offline"}, RequestId: uuid.NewString()}
	t, err := again(ctx, func(ctx context.Context) (*psav1.Ticket, error) { return p.tickets.CreateTicket(ctx, r) })
	if err != nil {
		return nil, fmt.Errorf("create a ticket: %w", err)
	}
	p.say("accepted:")
	p.show(t)
	return t, nil
}

// rename changes a ticket as it was read: if somebody else was faster, it is read again and decided anew.
func (p portal) rename(ctx context.Context, name, summary string) (*psav1.Ticket, error) {
	for range attempts {
		was, err := again(ctx, func(ctx context.Context) (*psav1.Ticket, error) {
			return p.tickets.GetTicket(ctx, &psav1.GetTicketRequest{Name: name})
		})
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		r := &psav1.UpdateTicketRequest{
			Ticket:     &psav1.Ticket{Name: name, Etag: was.GetEtag(), Summary: summary},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"summary"}}, RequestId: uuid.NewString(),
		}
		t, err := again(ctx, func(ctx context.Context) (*psav1.Ticket, error) { return p.tickets.UpdateTicket(ctx, r) })
		if reason(err) == "ETAG_STALE" {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("change %s: %w", name, err)
		}
		p.show(t)
		return t, nil
	}
	return nil, fmt.Errorf("change %s: somebody else was faster %d times", name, attempts)
}
