package main

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// changes are a stream of changes, and the place that it has come to.
type changes struct {
	stream grpc.ServerStreamingClient[psav1.WatchTicketsResponse]
	token  string
}

// watch begins with now. The first answer is a sign of life: from its token on nothing is missed, so whoever keeps a copy
// lists after it.
func (p portal) watch(ctx context.Context, parent string) (*changes, error) {
	c := &changes{}
	if err := c.open(ctx, p, parent); err != nil {
		return nil, err
	}
	_, err := c.next()
	return c, err
}

func (c *changes) open(ctx context.Context, p portal, parent string) (err error) {
	c.stream, err = p.tickets.WatchTickets(ctx, &psav1.WatchTicketsRequest{Parent: parent, ResumeToken: c.token})
	if err != nil {
		return fmt.Errorf("watch tickets: %w", err)
	}
	return nil
}

// next is the next change; nil for a sign of life.
func (c *changes) next() (*psav1.Ticket, error) {
	got, err := c.stream.Recv()
	if err != nil {
		return nil, err
	}
	c.token = got.GetResumeToken()
	return got.GetTicket(), nil
}

// follow is a ticket once nothing of it is pending any more: the vendor has it, or has refused it.
func (p portal) follow(ctx context.Context, parent string, c *changes, uid string) (*psav1.Ticket, error) {
	version := int64(0)
	for {
		t, err := c.next()
		switch {
		case resumable(err): // cut off: go on from the last token, nothing is missed
			if err := c.open(ctx, p, parent); err != nil {
				return nil, err
			}
			continue
		case err != nil: // with reason RESYNC the token is too old: list, and watch from now
			return nil, fmt.Errorf("watch tickets: %w", err)
		case t.GetUid() != uid || t.GetMirror().GetVersion() <= version:
			continue
		}
		version = t.GetMirror().GetVersion()
		p.say("changed:")
		p.show(t)
		if len(t.GetMirror().GetPendingWrites()) == 0 {
			return t, nil
		}
	}
}

func resumable(err error) bool {
	code := status.Code(err)
	return code == codes.Unavailable || code == codes.ResourceExhausted
}
