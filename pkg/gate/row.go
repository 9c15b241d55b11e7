package gate

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Key names a row: a connection, and one of the budget keys that its adapter knows; "" is the connection's own.
type Key struct {
	Connection string
	Name       string
}

// Status is a row: what may pass a gate.
type Status struct {
	Key
	breaker.Breaker
	Bucket    budget.Bucket
	HoldUntil time.Time // the vendor asked to wait
	Now       time.Time // Postgres's time of reading
}

// wait is how long nobody may pass; zero: calls may pass.
func (s Status) wait() time.Duration {
	switch {
	case s.State != breaker.Closed:
		return max(s.RetryAt.Sub(s.Now), time.Second)
	case s.HoldUntil.After(s.Now):
		return s.HoldUntil.Sub(s.Now)
	}
	return 0
}

const statusColumns = `connection, key, level, level_at, hold_until, state, changed_at, retry_at, opens, window_at, calls,
	failures, reason, clock_timestamp()`

func scan(row pgx.CollectableRow) (Status, error) {
	var s Status
	var hold, retry *time.Time
	err := row.Scan(&s.Connection, &s.Name, &s.Bucket.Level, &s.Bucket.At, &hold, &s.State, &s.ChangedAt, &retry, &s.Opens,
		&s.WindowAt, &s.Calls, &s.Failures, &s.Reason, &s.Now)
	if hold != nil {
		s.HoldUntil = *hold
	}
	if retry != nil {
		s.RetryAt = *retry
	}
	return s, err
}

// lock locks the rows of these keys of one connection, made where they are missing.
func (k *Keeper) lock(ctx context.Context, tx pgx.Tx, connection string, names []string) (map[string]Status, error) {
	for range 2 {
		rows, err := tx.Query(ctx, "select "+statusColumns+` from gate
			where connection = $1 and key = any($2::text[]) order by key for update`, connection, names)
		if err != nil {
			return nil, fmt.Errorf("lock the gate: %w", err)
		}
		found, err := pgx.CollectRows(rows, scan)
		if err != nil {
			return nil, fmt.Errorf("lock the gate: %w", err)
		}
		m := map[string]Status{}
		for _, s := range found {
			m[s.Name] = s
		}
		if len(m) >= len(names) {
			return m, nil
		}
		_, err = tx.Exec(ctx, `insert into gate (connection, key, level) select $1, unnest($2::text[]), $3
			on conflict do nothing`, connection, names, k.config(connection).Limit.Size())
		if err != nil {
			return nil, fmt.Errorf("make a gate: %w", err)
		}
	}
	return nil, fmt.Errorf("the gate of %s cannot be made", connection)
}

func save(ctx context.Context, q pg.Querier, s Status) error {
	_, err := q.Exec(ctx, `update gate set level = $3, level_at = $4, hold_until = $5, state = $6, changed_at = $7, retry_at = $8,
		opens = $9, window_at = $10, calls = $11, failures = $12, reason = $13 where connection = $1 and key = $2`,
		s.Connection, s.Name, s.Bucket.Level, s.Bucket.At, nullable(s.HoldUntil), s.State, s.ChangedAt, nullable(s.RetryAt),
		s.Opens, s.WindowAt, s.Calls, s.Failures, s.Reason)
	if err != nil {
		return fmt.Errorf("save the gate of %s: %w", s.Connection, err)
	}
	return nil
}

func nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// List is every gate, by connection and key.
func List(ctx context.Context, q pg.Querier) ([]Status, error) {
	rows, err := q.Query(ctx, "select "+statusColumns+" from gate order by connection, key")
	if err != nil {
		return nil, fmt.Errorf("list gates: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}
