package yardstick

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// tables are the yardstick's own, beside the adapter's: an entity with the fill factor of the adapter's, a job with the one
// index without which nobody could claim it.
const tables = `
create schema yardstick;
create table yardstick.entity (
	connection text not null,
	vendor_id  text collate "C" not null,
	version    bigint not null default 1,
	effective  bytea not null,
	changed_at timestamptz not null default now(),
	primary key (connection, vendor_id)
) with (fillfactor = 85);
create table yardstick.job (
	id         uuid primary key,
	connection text not null,
	vendor_id  text not null,
	operation  text not null,
	patch      bytea not null,
	state      smallint not null default 1,
	created_at timestamptz not null default now()
);
create index job_runnable on yardstick.job (connection, created_at) where state = 1;
insert into yardstick.entity (connection, vendor_id, effective)
select connection, vendor_id, convert_to(repeat('x', 1024), 'UTF8') from ticket where vendor_id is not null;
analyze yardstick.entity`

// Prepare makes the yardstick's tables beside the mirror that is in db, with a row for each of its tickets.
func Prepare(ctx context.Context, db *pgxpool.Pool) error {
	_, err := db.Exec(ctx, tables)
	return err
}

const (
	update = `update yardstick.entity set effective = $3, version = version + 1, changed_at = now() where connection = $1 and vendor_id = $2`
	insert = `insert into yardstick.job (id, connection, vendor_id, operation, patch) values ($1, $2, $3, 'UpdateTicket', $4)`
)

// Write is the least that a durable write takes: one transaction that updates the entity's row and inserts a job for it. It
// returns the entity as written, about 1 KiB.
func Write(ctx context.Context, db *pgxpool.Pool, connection, id, summary string) ([]byte, error) {
	patch, err := proto.Marshal(&psav1.Ticket{Summary: summary})
	if err != nil {
		return nil, err
	}
	effective, err := proto.Marshal(&psav1.Ticket{Summary: summary, Details: strings.Repeat("x", 990)})
	if err != nil {
		return nil, err
	}
	job, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	return effective, pgx.BeginFunc(ctx, db, func(tx pgx.Tx) error {
		switch updated, err := tx.Exec(ctx, update, connection, id, effective); {
		case err != nil:
			return err
		case updated.RowsAffected() != 1:
			return errors.New("there is no such entity")
		}
		_, err := tx.Exec(ctx, insert, job, connection, id, patch)
		return err
	})
}
