package yardstick

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// An inserter inserts the job of a change in the transaction that updates the entity.
type inserter func(ctx context.Context, tx pgx.Tx, connection, id, summary string) error

// insertBare is the least that can be claimed later.
func insertBare(ctx context.Context, tx pgx.Tx, connection, id, summary string) error {
	patch, err := proto.Marshal(&psav1.Ticket{Summary: summary})
	if err != nil {
		return err
	}
	job, err := uuid.NewV7()
	if err != nil {
		return err
	}
	const insert = `insert into yardstick.job (id, connection, vendor_id, operation, patch) values ($1, $2, $3, 'UpdateTicket', $4)`
	_, err = tx.Exec(ctx, insert, job, connection, id, patch)
	return err
}

// write is the least that a durable write takes: one transaction that updates the entity's row and inserts a job for it. It
// returns the entity as written.
func (s *Server) write(ctx context.Context, connection, id, summary string) ([]byte, error) {
	effective, err := entity(summary)
	if err != nil {
		return nil, err
	}
	return effective, pgx.BeginFunc(ctx, s.DB, func(tx pgx.Tx) error {
		if err := change(ctx, tx, connection, id, effective); err != nil {
			return err
		}
		return s.insert(ctx, tx, connection, id, summary)
	})
}

// entity is what an entity with that summary is kept as, about 1 KiB.
func entity(summary string) ([]byte, error) {
	return proto.Marshal(&psav1.Ticket{Summary: summary, Details: strings.Repeat("x", 990)})
}
