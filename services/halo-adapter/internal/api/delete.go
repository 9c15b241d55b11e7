package api

import (
	"context"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// maxReason bounds the reason of a deletion, in characters.
const maxReason = 1000

// DeleteTicket accepts the deletion of a ticket.
func (s *Tickets) DeleteTicket(ctx context.Context, r *psav1.DeleteTicketRequest) (*psav1.Ticket, error) {
	w, err := s.deletion(r)
	if err != nil {
		return nil, err
	}
	return accept[*psav1.Ticket](ctx, s, w)
}

func (s *Tickets) deletion(r *psav1.DeleteTicketRequest) (w write, err error) {
	w.Kind, w.Operation, w.Effect, w.resource = ticketKind, "DeleteTicket", mirror.Deletes, r.GetName()
	if w.Connection, w.Target, err = s.ticket("name", r.GetName()); err != nil {
		return w, err
	}
	if w.Etag, err = etag("etag", r.GetEtag()); err != nil {
		return w, err
	}
	if err = rpc.Text("reason", r.GetReason(), 0, maxReason); err != nil {
		return w, err
	}
	w.arguments = map[string]string{"reason": r.GetReason()}
	if w.request, err = requestID(r.GetRequestId(), true); err != nil {
		return w, err
	}
	w.digest, err = digest(r)
	return w, err
}
