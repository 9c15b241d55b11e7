// Package halo answers who plays when a run is about HaloPSA: tickets with notes.
package halo

import (
	"context"
	"fmt"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

const (
	tickets     = 120 // at the vendor, at first
	hot         = 10  // of them, that everybody changes
	firstTicket = 10001
	kind        = "ticket"
)

// Play is HaloPSA's.
func Play() cast.Play {
	return cast.Play{
		Adapter: "halo", Seeded: tickets, Tables: []string{kind}, Tokens: true, Reading: read,
		Drift: schedule.Drift{What: "tickets", Fields: []string{"summary", "status_id", "last_update"}, Routes: []string{"/api/tickets"}},
		Open:  func(s cast.Stage) cast.Cast { return &company{Stage: s, screens: screens{s.Vendor}} },
	}
}

// company is a shop's helpdesk.
type company struct {
	cast.Stage
	screens screens
}

func (c *company) at(replica int) psav1.TicketServiceClient {
	return psav1.NewTicketServiceClient(c.Replica(replica))
}

func (c *company) ticketName(id any) string { return fmt.Sprintf("%s/tickets/%v", c.Parent, id) }

// Hot are the first tickets.
func (c *company) Hot(ctx context.Context) ([]cast.View, error) {
	var names []string
	for i := range hot {
		names = append(names, c.ticketName(firstTicket+i))
	}
	return cast.Hot(ctx, c, kind, names)
}

// Get reads one ticket.
func (c *company) Get(ctx context.Context, replica int, _, name string) (cast.View, error) {
	if name[0] == '~' {
		name = c.ticketName(name)
	}
	t, err := c.at(replica).GetTicket(ctx, &psav1.GetTicketRequest{Name: name})
	return view(t), err
}

// BatchGet reads some.
func (c *company) BatchGet(ctx context.Context, replica int, _ string, names []string) (all []cast.View, err error) {
	got, err := c.at(replica).BatchGetTickets(ctx, &psav1.BatchGetTicketsRequest{Parent: c.Parent, Names: names})
	for _, t := range got.GetTickets() {
		all = append(all, view(t))
	}
	return all, err
}

func view(t *psav1.Ticket) cast.View {
	v := cast.Seen(kind, t)
	v.Values = map[string]string{"summary": t.GetSummary(), "details": t.GetDetails()}
	v.Fields = map[string]string{"summary": t.GetSummary(), "details": t.GetDetails(), "status": t.GetStatus()}
	return v
}

// Purses are none: no money moves here.
func (*company) Purses(context.Context) ([]history.Purse, error) { return nil, nil }
