package api

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

const (
	signOfLife = 15 * time.Second
	// gulp bounds the changes, and so the tickets, that are read at once for one stream.
	gulp = 20
)

type stream = grpc.ServerStreamingServer[psav1.WatchTicketsResponse]

// WatchTickets streams every visible change of one connection's tickets. What it sends first is a sign of life if there
// is no change: from its token on nothing is missed, so a reader can list then.
func (s *Tickets) WatchTickets(r *psav1.WatchTicketsRequest, to stream) error {
	ctx := to.Context()
	connection, err := s.parent(r.GetParent())
	if err != nil {
		return err
	}
	at, err := s.place(ctx, r.GetResumeToken(), connection)
	if err != nil {
		return err
	}
	f := change.Follower{DB: s.Reads, Connection: connection, Kind: ticketKind, Bell: s.Visible, Quiet: signOfLife, Limit: gulp}
	return f.Follow(ctx, at, func(ctx context.Context, p change.Page) error { return s.tell(ctx, to, connection, p) })
}

// place is where a reader goes on; without a token, from now on.
func (s *Tickets) place(ctx context.Context, token, connection string) (change.Position, error) {
	if token == "" {
		return change.Now(ctx, s.Reads)
	}
	return change.Open("resume_token", token, connection, ticketKind)
}

// tell sends the changes of a page, each with its ticket as it now is and the place behind it.
func (s *Tickets) tell(ctx context.Context, to stream, connection string, p change.Page) error {
	if len(p.Changes) == 0 {
		return s.send(to, connection, p.Next, &psav1.WatchTicketsResponse{})
	}
	targets := make([]mirror.Target, 0, len(p.Changes))
	for _, c := range p.Changes {
		targets = append(targets, mirror.Target{UID: c.UID})
	}
	rows, err := s.many(ctx, connection, targets)
	if err != nil {
		return err
	}
	for i, c := range p.Changes {
		at, told := c.Position, &psav1.WatchTicketsResponse{ChangeTime: timestamppb.New(c.At)}
		if i == len(p.Changes)-1 {
			at = p.Next
		}
		if row, ok := rows[targets[i]]; ok {
			told.Ticket = s.shown(connection, row)
		}
		if err := s.send(to, connection, at, told); err != nil {
			return err
		}
	}
	return nil
}

func (s *Tickets) send(to stream, connection string, at change.Position, told *psav1.WatchTicketsResponse) (err error) {
	if told.ResumeToken, err = at.Seal(connection, ticketKind); err != nil {
		return err
	}
	return rpc.Send(to, told, s.patience)
}
