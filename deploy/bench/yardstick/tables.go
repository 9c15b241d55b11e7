package yardstick

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// tables are the yardstick's own, beside the adapter's: an entity with the fill factor of the adapter's, a job with the one
// index without which nobody could claim it, a delivery with the one by which a repeat is told.
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
create table yardstick.delivery (
	id          uuid primary key,
	connection  text not null,
	dedupe_key  text not null,
	vendor_id   text not null,
	received_at timestamptz not null default now(),
	unique (connection, dedupe_key)
);
insert into yardstick.entity (connection, vendor_id, effective)
select connection, vendor_id, convert_to(repeat('x', 1024), 'UTF8') from %s where vendor_id is not null;
analyze yardstick.entity`

// Prepare makes the yardstick's tables beside the mirror that is in db, with a row for each of its entities of a kind, and River's.
func Prepare(ctx context.Context, db *pgxpool.Pool, kind string) error {
	if _, err := db.Exec(ctx, fmt.Sprintf(tables, pgx.Identifier{kind}.Sanitize())+"; create schema "+riverSchema); err != nil {
		return err
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(db), &rivermigrate.Config{Schema: riverSchema, Logger: quiet()})
	if err != nil {
		return fmt.Errorf("river: %w", err)
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("river: %w", err)
	}
	return nil
}

const update = `update yardstick.entity set effective = $3, version = version + 1, changed_at = now() where connection = $1 and vendor_id = $2`

// change updates the entity's row, as every side's transactions do.
func change(ctx context.Context, tx pgx.Tx, connection, id string, effective []byte) error {
	updated, err := tx.Exec(ctx, update, connection, id, effective)
	if err == nil && updated.RowsAffected() != 1 {
		err = fmt.Errorf("there is no entity %q", id)
	}
	return err
}
