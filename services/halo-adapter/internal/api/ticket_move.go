package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Tenant is what a tenant has decided about its tickets.
type Tenant struct {
	Close, Reopen string // the statuses that tickets are closed and reopened with; empty: that is not configured
	Closed        func(status string) bool
	CustomFields  map[string]string // names by id; empty: it is not known which there are
}

// CloseTicket accepts that the work is done.
func (s *Tickets) CloseTicket(ctx context.Context, r *psav1.CloseTicketRequest) (*psav1.Ticket, error) {
	status, err := s.moved(r.GetName(), r.GetStatus(), true)
	if err != nil {
		return nil, err
	}
	w := ticketWrite{Operation: "CloseTicket", Patch: &psav1.Ticket{Status: status}, Paths: []string{"status"}, Allows: open}
	return s.tickets.Do(ctx, w, r)
}

// ReopenTicket accepts that the work goes on.
func (s *Tickets) ReopenTicket(ctx context.Context, r *psav1.ReopenTicketRequest) (*psav1.Ticket, error) {
	status, err := s.moved(r.GetName(), r.GetStatus(), false)
	if err != nil {
		return nil, err
	}
	w := ticketWrite{Operation: "ReopenTicket", Patch: &psav1.Ticket{Status: status}, Paths: []string{"status"}, Allows: closed}
	return s.tickets.Do(ctx, w, r)
}

// moved is the status that a ticket is to have: the one that is asked for, else the one that its connection is configured with.
func (s *Tickets) moved(ticket, asked string, closes bool) (string, error) {
	connection, err := s.tickets.Connection(ticket)
	if err != nil {
		return "", err
	}
	tenant := s.tenants[connection]
	configured, key, must := tenant.Reopen, "reopen_status", "must not be one that means STATE_CLOSED"
	if closes {
		configured, key, must = tenant.Close, "close_status", "must be one that means STATE_CLOSED"
	}
	switch {
	case asked == "" && configured == "":
		return "", fault.Field("status", "is required: connection "+connection+" is configured without "+key)
	case asked == "":
		return configured, nil
	}
	if err := number("status", asked); err != nil {
		return "", err
	}
	if tenant.Closed(asked) != closes {
		return "", fault.Field("status", must+", as the states of connection "+connection+" are configured")
	}
	return asked, nil
}

func open(t *psav1.Ticket) error {
	if t.GetState() != psav1.Ticket_STATE_CLOSED {
		return nil
	}
	return &fault.Error{Kind: fault.Precondition, Reason: "ALREADY_CLOSED", Message: "the ticket is closed already"}
}

func closed(t *psav1.Ticket) error {
	if t.GetState() == psav1.Ticket_STATE_CLOSED {
		return nil
	}
	return &fault.Error{Kind: fault.Precondition, Reason: "NOT_CLOSED", Message: "the ticket is not closed"}
}

// AssignTicket accepts who is to do the work.
func (s *Tickets) AssignTicket(ctx context.Context, r *psav1.AssignTicketRequest) (*psav1.Ticket, error) {
	w := ticketWrite{Operation: "AssignTicket", Patch: &psav1.Ticket{Agent: r.GetAgent(), Team: r.GetTeam()}}
	if r.Agent != nil {
		w.Paths = append(w.Paths, "agent")
		if err := numberOrNone("agent", r.GetAgent()); err != nil {
			return nil, err
		}
	}
	if r.Team != nil { // a ticket of Halo's always has a team
		w.Paths = append(w.Paths, "team")
		if err := text(1, maxTeam)("team", r.GetTeam()); err != nil {
			return nil, err
		}
	}
	if len(w.Paths) == 0 {
		return nil, fault.Field("agent", "is required where team is absent")
	}
	return s.tickets.Do(ctx, w, r)
}
