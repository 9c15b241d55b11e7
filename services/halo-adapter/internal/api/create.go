package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// CreateTicket accepts a new ticket.
func (s *Tickets) CreateTicket(ctx context.Context, r *psav1.CreateTicketRequest) (*psav1.Ticket, error) {
	w, err := s.creation(r)
	if err != nil {
		return nil, err
	}
	return accept[*psav1.Ticket](ctx, s, w)
}

func (s *Tickets) creation(r *psav1.CreateTicketRequest) (w write, err error) {
	w.Kind, w.Operation, w.Effect, w.resource = ticketKind, "CreateTicket", mirror.Creates, r.GetParent()
	if w.Connection, err = s.parent(r.GetParent()); err != nil {
		return w, err
	}
	if w.Patch, w.Paths, err = create(r.GetTicket()); err != nil {
		return w, err
	}
	if w.request, err = requestID(r.GetRequestId(), true); err != nil {
		return w, err
	}
	w.digest, err = digest(r)
	return w, err
}
