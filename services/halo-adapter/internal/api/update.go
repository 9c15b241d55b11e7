package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// UpdateTicket accepts a change and queues it.
func (s *Tickets) UpdateTicket(ctx context.Context, r *psav1.UpdateTicketRequest) (*psav1.Ticket, error) {
	w, err := s.change(r)
	if err != nil {
		return nil, err
	}
	return accept[*psav1.Ticket](ctx, s, w)
}

func (s *Tickets) change(r *psav1.UpdateTicketRequest) (w write, err error) {
	t := r.GetTicket()
	if t == nil {
		return w, fault.Field("ticket", "is required")
	}
	w.Kind, w.Operation, w.Effect, w.resource = ticketKind, "UpdateTicket", mirror.Patches, t.GetName()
	if w.Connection, w.Target, err = s.ticket("ticket.name", t.GetName()); err != nil {
		return w, err
	}
	w.etagField = "ticket.etag"
	if w.Etag, err = etag(w.etagField, t.GetEtag()); err != nil {
		return w, err
	}
	if w.Patch, w.Paths, err = update(t, r.GetUpdateMask()); err != nil {
		return w, err
	}
	if w.request, err = requestID(r.GetRequestId(), false); err != nil {
		return w, err
	}
	w.digest, err = digest(r)
	return w, err
}
