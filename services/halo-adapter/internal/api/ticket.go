package api

import (
	"context"
	"slices"

	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/rpc"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/store"
)

// Tickets is the TicketService.
type Tickets struct {
	psav1.UnimplementedTicketServiceServer

	tickets *resource.Server[*psav1.Ticket]
	notes   *resource.Server[*psav1.Note]
	entries *resource.Server[*psav1.Note] // notes that tell of work
	files   *resource.Server[*psav1.Attachment]
	tenants map[string]Tenant
}

// NewTickets serves the tickets of these tenants, their notes and what is attached to them, by connection.
func NewTickets(c resource.Config, tenants map[string]Tenant) *Tickets {
	notes := resource.Kind[*psav1.Note]{Name: "note", Collections: []string{"tickets", "notes"}, ChildID: store.ChildID, Fields: noteFields()}
	entries := notes
	entries.Fields = entryFields()
	return &Tickets{
		tickets: resource.New(c, resource.Kind[*psav1.Ticket]{Name: "ticket", Collections: []string{"tickets"}, Fields: ticketFields()}),
		notes:   resource.New(c, notes), entries: resource.New(c, entries), tenants: tenants,
		files: resource.New(c, resource.Kind[*psav1.Attachment]{
			Name: "attachment", Collections: []string{"tickets", "attachments"}, ChildID: store.ChildID,
		}),
	}
}

type (
	ticketWrite = resource.Write[*psav1.Ticket]
	ticketField = resource.Field[*psav1.Ticket]
)

// maxTeam bounds the name of a team, in characters.
const maxTeam = 255

func ticketFields() []ticketField {
	return []ticketField{
		{Path: "summary", Check: resource.Checked((*psav1.Ticket).GetSummary, text(1, 1000)), Required: true},
		{Path: "details", Check: resource.Checked((*psav1.Ticket).GetDetails, text(0, 100_000))},
		{Path: "status", Check: resource.Checked((*psav1.Ticket).GetStatus, number)},
		{Path: "type", Check: resource.Checked((*psav1.Ticket).GetType, number), Born: true},
		{Path: "priority", Check: resource.Checked((*psav1.Ticket).GetPriority, numberOrNone)},
		refersTo("client", (*psav1.Ticket).GetClient),
		refersTo("site", (*psav1.Ticket).GetSite),
		refersTo("user", (*psav1.Ticket).GetUser),
		{Path: "agent", Check: resource.Checked((*psav1.Ticket).GetAgent, numberOrNone)},
		{Path: "team", Check: resource.Checked((*psav1.Ticket).GetTeam, text(0, maxTeam))},
		{Path: "custom_fields", Check: resource.Checked((*psav1.Ticket).GetCustomFields, customFields)},
	}
}

// refersTo is a field that holds the id of a resource of the kind that it is called like, or none.
func refersTo(kind string, id func(*psav1.Ticket) string) ticketField {
	return ticketField{Path: kind, Check: resource.Checked(id, numberOrNone), Refers: resource.Refers[*psav1.Ticket]{Kind: kind, ID: id}}
}

// GetTicket returns one ticket, deleted or not.
func (s *Tickets) GetTicket(ctx context.Context, r *psav1.GetTicketRequest) (*psav1.Ticket, error) {
	return s.tickets.Get(ctx, r.GetName())
}

// BatchGetTickets returns several tickets of one connection, in the order of the names.
func (s *Tickets) BatchGetTickets(ctx context.Context, r *psav1.BatchGetTicketsRequest) (*psav1.BatchGetTicketsResponse, error) {
	found, err := s.tickets.BatchGet(ctx, r)
	return &psav1.BatchGetTicketsResponse{Tickets: found}, err
}

// ListTickets returns a page of the tickets of one connection, latest change first.
func (s *Tickets) ListTickets(ctx context.Context, r *psav1.ListTicketsRequest) (*psav1.ListTicketsResponse, error) {
	q, err := ticketQuery(r.GetFilter())
	if err != nil {
		return nil, err
	}
	page, next, err := s.tickets.List(ctx, r, q)
	return &psav1.ListTicketsResponse{Tickets: page, NextPageToken: next}, err
}

// CreateTicket accepts a new ticket.
func (s *Tickets) CreateTicket(ctx context.Context, r *psav1.CreateTicketRequest) (*psav1.Ticket, error) {
	if err := s.known(r.GetParent(), r.GetTicket(), nil); err != nil {
		return nil, err
	}
	return s.tickets.Create(ctx, ticketWrite{Operation: "CreateTicket"}, r, r.GetTicket())
}

// UpdateTicket accepts a change and queues it.
func (s *Tickets) UpdateTicket(ctx context.Context, r *psav1.UpdateTicketRequest) (*psav1.Ticket, error) {
	if err := s.known(r.GetTicket().GetName(), r.GetTicket(), r.GetUpdateMask().GetPaths()); err != nil {
		return nil, err
	}
	return s.tickets.Update(ctx, ticketWrite{Operation: "UpdateTicket"}, r, r.GetTicket(), r.GetUpdateMask())
}

// known checks that the tenant has the custom fields that are to be set; paths are those of a mask, none where there is none.
func (s *Tickets) known(resource string, t *psav1.Ticket, paths []string) error {
	if len(paths) > 0 && !slices.Contains(paths, "custom_fields") && !slices.Contains(paths, "*") {
		return nil
	}
	return known("ticket.custom_fields", s.tenants[connectionOf(resource)].CustomFields, t.GetCustomFields())
}

// maxReason bounds the reason of a deletion, in characters.
const maxReason = 1000

// DeleteTicket accepts the deletion of a ticket.
func (s *Tickets) DeleteTicket(ctx context.Context, r *psav1.DeleteTicketRequest) (*psav1.Ticket, error) {
	if err := rpc.Text("reason", r.GetReason(), 0, maxReason); err != nil {
		return nil, err
	}
	w := ticketWrite{Operation: "DeleteTicket", Effect: mirror.Deletes, Arguments: map[string]string{"reason": r.GetReason()}}
	return s.tickets.Do(ctx, w, r)
}

// RestoreTicket accepts that a deleted ticket is there again.
func (s *Tickets) RestoreTicket(ctx context.Context, r *psav1.RestoreTicketRequest) (*psav1.Ticket, error) {
	return s.tickets.Do(ctx, ticketWrite{Operation: "RestoreTicket", Effect: mirror.Restores}, r)
}

// WatchTickets streams every visible change of one connection's tickets.
func (s *Tickets) WatchTickets(r *psav1.WatchTicketsRequest, to grpc.ServerStreamingServer[psav1.WatchTicketsResponse]) error {
	return resource.Watch(s.tickets, r, to, func(c resource.Change[*psav1.Ticket]) *psav1.WatchTicketsResponse {
		return &psav1.WatchTicketsResponse{Ticket: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
