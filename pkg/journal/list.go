package journal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Filter says which calls. A zero field asks for nothing.
type Filter struct {
	Connection           string
	Job                  string
	MinStatus, MaxStatus int  // both included
	Failed               bool // only calls with a fault: also those without an answer
	Since                time.Time
	Before               Place // where the page before ended
	Limit                int   // 0: 50; at most 500
}

// Place is a call's place in the list, newest first.
type Place struct {
	StartedAt time.Time
	ID        uuid.UUID
}

// Place is where a list goes on after c.
func (c Call) Place() Place { return Place{StartedAt: c.StartedAt, ID: c.ID} }

// Queryer is a pool, a connection or a transaction.
type Queryer interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// List is a page of calls, newest first; fewer than the limit: there are no more.
func List(ctx context.Context, db Queryer, f Filter) ([]Call, error) {
	where, args := f.where()
	sql := "select " + strings.Join(columns(), ", ") + " from call" + where + " order by started_at desc, id desc limit " + fmt.Sprint(f.limit())
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("list calls: %w", err)
	}
	calls, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Call, err error) {
		err = row.Scan(c.places()...)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("list calls: %w", err)
	}
	return calls, nil
}

func (f Filter) limit() int {
	if f.Limit <= 0 {
		return 50
	}
	return min(f.Limit, 500)
}

// where names only what is asked for: one statement for all cases would fit no index.
func (f Filter) where() (string, []any) {
	var terms []string
	var args []any
	arg := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	if f.Connection != "" {
		terms = append(terms, "connection = "+arg(f.Connection))
	}
	if f.Job != "" {
		terms = append(terms, "job <> '' and job = "+arg(f.Job)) // said twice for the partial index
	}
	if f.MinStatus > 0 {
		terms = append(terms, "status >= "+arg(f.MinStatus))
	}
	if f.MaxStatus > 0 {
		terms = append(terms, "status <= "+arg(f.MaxStatus))
	}
	if f.Failed {
		terms = append(terms, "kind <> ''")
	}
	if !f.Since.IsZero() {
		terms = append(terms, "started_at >= "+arg(f.Since))
	}
	if f.Before != (Place{}) {
		terms = append(terms, "(started_at, id) < ("+arg(f.Before.StartedAt)+", "+arg(f.Before.ID)+")")
	}
	if len(terms) == 0 {
		return "", nil
	}
	return " where " + strings.Join(terms, " and "), args
}

// Execer is a pool or a connection. Not a transaction: each portion of a deletion is to end by itself.
type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// portion is how many rows one statement deletes, so that none holds Postgres up for long.
const portion = 5000

// DeleteBefore deletes the calls that started before t, portion by portion, and says how many.
func DeleteBefore(ctx context.Context, db Execer, t time.Time) (int64, error) {
	var deleted int64
	for {
		tag, err := db.Exec(ctx, `delete from call where id in (
			select id from call where started_at < $1 order by started_at, id limit $2)`, t, portion)
		if err != nil {
			return deleted, fmt.Errorf("delete calls: %w", err)
		}
		deleted += tag.RowsAffected()
		if tag.RowsAffected() < portion {
			return deleted, nil
		}
	}
}
