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
	Budget    budget.Account
	HoldUntil time.Time // the vendor asked to wait
	Now       time.Time // Postgres's time of reading
}

// untold is how long to wait for a person who has not said how long it takes.
const untold = 10 * time.Second

// wait is how long nobody may pass; zero: calls may pass.
func (s Status) wait() time.Duration {
	switch {
	case s.State != breaker.Closed && s.RetryAt.IsZero():
		return untold
	case s.State != breaker.Closed:
		return max(s.RetryAt.Sub(s.Now), s.HoldUntil.Sub(s.Now), time.Second)
	case s.HoldUntil.After(s.Now):
		return s.HoldUntil.Sub(s.Now)
	}
	return 0
}

// probeDue reports whether it is time to ask the vendor whether it is well: not before the vendor wants to be asked anything.
func (s Status) probeDue() bool { return s.ProbeDue(s.Now) && !s.HoldUntil.After(s.Now) }

// hold keeps calls from passing for a while, unless they are kept for longer already.
func (s *Status) hold(wait time.Duration) {
	if until := s.Now.Add(wait); until.After(s.HoldUntil) {
		s.HoldUntil = until
	}
}

const (
	rowColumns = `connection, key, budget, hold_until, state, changed_at, retry_at, opens, window_at, calls, failures, ill, reason,
	changed_by`
	statusColumns = rowColumns + `, clock_timestamp()`
)

func scan(row pgx.CollectableRow) (Status, error) {
	var s Status
	var hold, retry *time.Time
	err := row.Scan(&s.Connection, &s.Name, &s.Budget, &hold, &s.State, &s.ChangedAt, &retry, &s.Opens, &s.WindowAt, &s.Calls,
		&s.Failures, &s.Ill, &s.Reason, &s.By, &s.Now)
	if hold != nil {
		s.HoldUntil = *hold
	}
	if retry != nil {
		s.RetryAt = *retry
	}
	return s, err
}

const lockRows = "select " + statusColumns + ` from gate
where connection = $1 and key = any($2::text[]) order by key for update`

// lock locks the rows of these keys of one connection, made where they are missing.
func lock(ctx context.Context, tx pgx.Tx, connection string, names []string) (map[string]*Status, error) {
	for range 2 {
		found, err := read(ctx, tx, lockRows, connection, names)
		if err != nil {
			return nil, fmt.Errorf("lock the gate of %s: %w", connection, err)
		}
		if len(found) == len(names) {
			return found, nil
		}
		_, err = tx.Exec(ctx, `insert into gate (connection, key) select $1, name
			from unnest($2::text[]) name order by name on conflict do nothing`, connection, names)
		if err != nil {
			return nil, fmt.Errorf("make the gate of %s: %w", connection, err)
		}
	}
	return nil, fmt.Errorf("the gate of %s cannot be made", connection)
}

func read(ctx context.Context, q pg.Querier, sql, connection string, names []string) (map[string]*Status, error) {
	rows, err := q.Query(ctx, sql, connection, names)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scan)
	byName := make(map[string]*Status, len(found))
	for i := range found {
		byName[found[i].Name] = &found[i]
	}
	return byName, err
}

// queueBudget queues the saving of what was taken.
func queueBudget(b *pgx.Batch, s *Status) {
	b.Queue(`update gate set budget = $3 where connection = $1 and key = $2`, s.Connection, s.Name, &s.Budget)
}

// queueAll queues the saving of everything.
func queueAll(b *pgx.Batch, s *Status) {
	b.Queue(`update gate set budget = $3, hold_until = $4, state = $5, changed_at = $6, retry_at = $7, opens = $8, window_at = $9,
		calls = $10, failures = $11, ill = coalesce($12::bigint[], '{}'), reason = $13, changed_by = $14 where connection = $1 and key = $2`,
		s.Connection, s.Name, &s.Budget, nullable(s.HoldUntil), s.State, s.ChangedAt, nullable(s.RetryAt), s.Opens, s.WindowAt,
		s.Calls, s.Failures, s.Ill, s.Reason, s.By)
}

func nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// change locks the rows of these keys, lets f change them, and saves them, in one transaction.
func (k *Keeper) change(ctx context.Context, connection string, names []string, f func(*Status)) (map[string]*Status, error) {
	var rows map[string]*Status
	err := pg.InTx(ctx, k.db, func(tx pgx.Tx) (err error) {
		if rows, err = lock(ctx, tx, connection, names); err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, s := range rows {
			f(s)
			queueAll(b, s)
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return nil, fmt.Errorf("change the gate of %s: %w", connection, err)
	}
	return rows, nil
}
