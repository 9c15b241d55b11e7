package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// maxBatch bounds the names of one BatchGetTickets.
const maxBatch = 500

// GetTicket returns one ticket, deleted or not.
func (s *Tickets) GetTicket(ctx context.Context, r *psav1.GetTicketRequest) (*psav1.Ticket, error) {
	connection, target, err := s.ticket("name", r.GetName())
	if err != nil {
		return nil, err
	}
	row, err := s.Store.Get(ctx, s.Reads, ticketKind, connection, target)
	if err != nil {
		return nil, rpc.About(r.GetName(), err)
	}
	return s.shown(connection, row), nil
}

// BatchGetTickets returns several tickets of one connection, in the order of the names.
func (s *Tickets) BatchGetTickets(ctx context.Context, r *psav1.BatchGetTicketsRequest) (*psav1.BatchGetTicketsResponse, error) {
	connection, targets, err := s.batch(r)
	if err != nil {
		return nil, err
	}
	rows, err := s.living(ctx, connection, targets)
	if err != nil {
		return nil, err
	}
	answer := &psav1.BatchGetTicketsResponse{Tickets: make([]*psav1.Ticket, 0, len(targets))}
	size := 0
	for i, t := range targets {
		row, ok := rows[t]
		if !ok {
			return nil, rpc.About(r.GetNames()[i], &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such ticket"})
		}
		if size += len(row.Effective); size > rpc.MaxAnswer {
			return nil, fault.Field("names", "together are more than fits into one answer: ask for fewer")
		}
		answer.Tickets = append(answer.GetTickets(), s.shown(connection, row))
	}
	return answer, nil
}

func (s *Tickets) batch(r *psav1.BatchGetTicketsRequest) (string, []mirror.Target, error) {
	parent, err := s.parent(r.GetParent())
	if err != nil {
		return "", nil, err
	}
	if n := len(r.GetNames()); n == 0 || n > maxBatch {
		return "", nil, fault.Field("names", fmt.Sprintf("must hold 1 to %d names", maxBatch))
	}
	targets := make([]mirror.Target, 0, len(r.GetNames()))
	for i, n := range r.GetNames() {
		field := fmt.Sprintf("names[%d]", i)
		connection, t, err := s.ticket(field, n)
		switch {
		case err != nil && fault.KindOf(err) == fault.Invalid:
			return "", nil, err
		case connection != parent:
			return "", nil, fault.Field(field, "must be under parent")
		}
		targets = append(targets, t)
	}
	return parent, targets, nil
}

const many = `
select coalesce(vendor_id, ''), uid, effective, as_of from ticket
where connection = $1 and version > 0 and (vendor_id = any($2::text[]) or uid = any($3::uuid[]))`

// many reads the tickets of these targets in one statement, each known by its vendor's id and by its uid. What there is
// not is left out.
func (s *Tickets) many(ctx context.Context, connection string, targets []mirror.Target) (map[mirror.Target]mirror.Row, error) {
	found, _, err := s.named(ctx, connection, targets)
	return found, err
}

// named is many, and which of them have an id of the vendor's.
func (s *Tickets) named(ctx context.Context, connection string, targets []mirror.Target) (map[mirror.Target]mirror.Row, map[mirror.Target]bool, error) {
	ids, uids := make([]string, 0, len(targets)), make([]uuid.UUID, 0, len(targets))
	for _, t := range targets {
		if t.VendorID != "" {
			ids = append(ids, t.VendorID)
		} else {
			uids = append(uids, t.UID)
		}
	}
	rows, err := s.Reads.Query(ctx, many, connection, ids, uids)
	if err != nil {
		return nil, nil, fmt.Errorf("read tickets: %w", err)
	}
	defer rows.Close()
	found, has := make(map[mirror.Target]mirror.Row, 2*len(targets)), make(map[mirror.Target]bool, 2*len(targets))
	for rows.Next() {
		id, row, err := scan(rows)
		if err != nil {
			return nil, nil, err
		}
		found[mirror.Target{UID: row.UID}] = row
		if id != "" {
			found[mirror.Target{VendorID: id}] = row
			has[mirror.Target{UID: row.UID}], has[mirror.Target{VendorID: id}] = true, true
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("read tickets: %w", err)
	}
	return found, has, nil
}

// living is many, where the name of what was merged into another leads to that one.
func (s *Tickets) living(ctx context.Context, connection string, targets []mirror.Target) (map[mirror.Target]mirror.Row, error) {
	found, ids, err := s.named(ctx, connection, targets)
	if err != nil {
		return nil, err
	}
	lost := slices.DeleteFunc(slices.Clone(targets), func(t mirror.Target) bool { return ids[t] })
	if len(lost) == 0 {
		return found, nil
	}
	led, err := s.Store.Aliases(ctx, s.Reads, ticketKind, connection, lost...)
	if err != nil || len(led) == 0 {
		return found, err
	}
	survivors := make([]mirror.Target, 0, len(led))
	for _, uid := range led {
		survivors = append(survivors, mirror.Target{UID: uid})
	}
	more, err := s.many(ctx, connection, survivors)
	for t, uid := range led {
		if row, ok := more[mirror.Target{UID: uid}]; ok {
			found[t] = row
		}
	}
	return found, err
}

func scan(rows pgx.Rows) (vendorID string, row mirror.Row, err error) {
	var asOf *time.Time
	if err := rows.Scan(&vendorID, &row.UID, &row.Effective, &asOf); err != nil {
		return "", row, fmt.Errorf("read a ticket: %w", err)
	}
	if asOf != nil {
		row.AsOf = *asOf
	}
	return vendorID, row, nil
}
