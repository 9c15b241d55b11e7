package api

import (
	"context"
	"encoding/hex"
	"fmt"

	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/page"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// ListTickets returns a page of the tickets of one connection, latest change first.
func (s *Tickets) ListTickets(ctx context.Context, r *psav1.ListTicketsRequest) (*psav1.ListTicketsResponse, error) {
	connection, err := s.parent(r.GetParent())
	if err != nil {
		return nil, err
	}
	q, err := query(r.GetFilter())
	if err != nil {
		return nil, err
	}
	filter, err := proto.MarshalOptions{Deterministic: true}.Marshal(r.GetFilter())
	if err != nil {
		return nil, fmt.Errorf("encode the filter: %w", err)
	}
	scope := []string{"ListTickets", rpc.Caller(ctx), r.GetParent(), hex.EncodeToString(filter)}
	rows, next, err := s.list(ctx, listing{
		kind: ticketKind, connection: connection, query: q, size: r.GetPageSize(), token: r.GetPageToken(), scope: scope,
	})
	if err != nil {
		return nil, err
	}
	answer := &psav1.ListTicketsResponse{NextPageToken: next, Tickets: make([]*psav1.Ticket, 0, len(rows))}
	for _, row := range rows {
		answer.Tickets = append(answer.GetTickets(), s.shown(connection, row))
	}
	return answer, nil
}

// listing is what is asked of a list.
type listing struct {
	kind, connection string
	query            mirror.Query
	size             int32
	token            string
	scope            []string // what the token belongs to
}

// portion bounds how many rows are read at once: they are of any size.
const portion = 101

// list reads a page and says where the next begins; empty: this was the last. A page ends early where its answer would
// grow too large.
func (s *Tickets) list(ctx context.Context, l listing) (rows []mirror.Row, next string, err error) {
	size, err := page.Size(l.size)
	if err != nil {
		return nil, "", err
	}
	after, err := page.Open[mirror.Place](l.token, l.scope...)
	if err != nil {
		return nil, "", err
	}
	for bytes := 0; ; {
		want := min(portion, size+1-len(rows))
		got, err := s.Store.List(ctx, s.Reads, l.kind, l.connection, l.query, after, want)
		if err != nil {
			return nil, "", err
		}
		for _, row := range got {
			bytes += len(row.Effective)
			if len(rows) == size || len(rows) > 0 && bytes > rpc.MaxAnswer {
				next, err = page.Seal(after, l.scope...)
				return rows, next, err
			}
			rows, after = append(rows, row), mirror.Place{Order: row.Order, UID: row.UID}
		}
		if len(got) < want {
			return rows, "", nil
		}
	}
}
