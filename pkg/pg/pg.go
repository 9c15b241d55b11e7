// Package pg answers how to reach Postgres: pools, transactions and migrations.
package pg

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Querier is a pool, a connection or a transaction.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// Config is how a pool is made. The zero value works.
type Config struct {
	MaxConns         int32         // default 16
	StatementTimeout time.Duration // default 30 s; the server ends what takes longer
	LockTimeout      time.Duration // default 5 s; nobody waits longer for a row
	Name             string        // application_name, shown in pg_stat_activity
}

// Open makes a pool for url and proves that it answers. Sessions speak UTC.
func Open(ctx context.Context, url string, c Config) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("parse database_url: %w", err)
	}
	pc.MaxConns = or(c.MaxConns, 16)
	params := pc.ConnConfig.RuntimeParams
	params["application_name"] = or(c.Name, "breakwater")
	params["timezone"] = "UTC"
	params["statement_timeout"] = millis(or(c.StatementTimeout, 30*time.Second))
	params["lock_timeout"] = millis(or(c.LockTimeout, 5*time.Second))
	params["idle_in_transaction_session_timeout"] = millis(time.Minute)
	// A statement is planned once in a session, perhaps while its table is empty: an index has to be used from the start. The
	// cost that this puts on what has none must not pass for a large query's.
	params["enable_seqscan"], params["jit"], params["max_parallel_workers_per_gather"] = "off", "off", "0"
	dialing(&pc.ConnConfig.Config)
	pc.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		registerUUID(conn.TypeMap())
		_, err := conn.Exec(ctx, compress)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("open pool: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach postgres: %w", err)
	}
	return pool, nil
}

// compress: what a vendor says is kept in rows so large that Postgres compresses it, which costs less with lz4, where the server
// was built with it.
const compress = `
select set_config('default_toast_compression', 'lz4', false) from pg_settings
where name = 'default_toast_compression' and 'lz4' = any(enumvals)`

// Beginner is what a transaction can start from.
type Beginner interface {
	BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error)
}

// retries bounds how often a transaction that Postgres gave up (deadlock, serialization) is run again.
const retries = 3

// InTx runs f in one transaction: committed if f returns nil, rolled back otherwise. Where Postgres broke a deadlock, or somebody else
// has just given an entity the vendor's id that f gives to one, f runs again, at most three times; so f must do nothing that a rollback
// does not undo.
func InTx(ctx context.Context, db Beginner, f func(pgx.Tx) error) error {
	return unbroken(func() error { return pgx.BeginTxFunc(ctx, db, pgx.TxOptions{}, f) })
}

// InTxOfMany is InTx for statements that take lists of whatever length, each planned once in a session. By itself Postgres plans
// them anew for every short list: where writes are accepted together, that took it half of its time.
func InTxOfMany(ctx context.Context, db Beginner, f func(pgx.Tx) error) error {
	return inTxWith(ctx, db, "begin; set local plan_cache_mode = force_generic_plan", f)
}

// InTxOfFirst is InTxOfMany for statements that take the first few of however many rows, in the order of an index: a plan for
// all cases must neither sort them nor collect them in a bitmap.
func InTxOfFirst(ctx context.Context, db Beginner, f func(pgx.Tx) error) error {
	return inTxWith(ctx, db, "begin; set local plan_cache_mode = force_generic_plan; set local enable_sort = off; set local enable_bitmapscan = off", f)
}

func inTxWith(ctx context.Context, db Beginner, begin string, f func(pgx.Tx) error) error {
	return unbroken(func() error { return pgx.BeginTxFunc(ctx, db, pgx.TxOptions{BeginQuery: begin}, f) })
}

// Sender is what a batch can be sent to.
type Sender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// InBatch sends what fill queues: outside a transaction a batch is one by itself, in a single round trip. Where Postgres
// broke a deadlock fill is called again, as f of InTx is.
func InBatch(ctx context.Context, db Sender, fill func(*pgx.Batch)) error {
	return unbroken(func() error {
		b := &pgx.Batch{}
		fill(b)
		return db.SendBatch(ctx, b).Close()
	})
}

func unbroken(f func() error) error {
	var err error
	for range retries {
		if err = f(); !broken(err) {
			return err
		}
	}
	return err
}

func broken(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40P01" || pe.Code == "40001" || pe.Code == "23505" && strings.HasSuffix(pe.ConstraintName, vendorIDs))
}

// vendorIDs is how the constraint of a mirror table ends by which an entity is there once: whoever comes second finds it there.
const vendorIDs = "_connection_vendor_id_key"

// Violates reports whether err is the violation of the named constraint or unique index.
func Violates(err error, constraint string) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.ConstraintName == constraint
}

// InDoubt reports whether a transaction that ended with err may have been committed, or may still be: not where Postgres itself said that
// it failed, and went on.
func InDoubt(err error) bool {
	var pe *pgconn.PgError
	return err != nil && (!errors.As(err, &pe) || pe.Severity != "ERROR")
}

func millis(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

func or[T comparable](v, fallback T) T {
	var zero T
	if v == zero {
		return fallback
	}
	return v
}
