package journal_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/journal"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/schema"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// database is a pool on a database with the journal's table.
func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	url := pgtest.Migrated(t, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")})
	pool, err := pg.Open(t.Context(), url, pg.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// run runs j until the test, or the function it gets back, ends it.
func run(t *testing.T, j *journal.Journal) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		if err := j.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); done.Wait() }
	t.Cleanup(stop)
	return stop
}

var noon = time.Date(2026, 9, 25, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant, if times could be

// exchange is a plain call of acme's, i minutes after noon.
func exchange(i int) *upstream.Exchange {
	return &upstream.Exchange{
		Vendor: "halo", Connection: "acme", Op: "halo.GetTicket", Method: http.MethodGet, Route: "/Tickets/{id}", URL: "https://halo.test/Tickets/7",
		Started: noon.Add(time.Duration(i) * time.Minute), Duration: 1500 * time.Microsecond, Status: 200,
	}
}

// away is a Postgres that takes nothing until it is told to.
type away struct {
	db   journal.Copier
	mu   sync.Mutex
	back bool
	hits int
}

func (a *away) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.hits++
	if !a.back {
		return 0, errors.New("connection refused")
	}
	return a.db.CopyFrom(ctx, table, columns, rows)
}

func (a *away) returns() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.back = true
}

// nowhere takes everything and keeps nothing.
type nowhere struct{}

func (nowhere) CopyFrom(_ context.Context, _ pgx.Identifier, _ []string, rows pgx.CopyFromSource) (n int64, err error) {
	for rows.Next() {
		if _, err := rows.Values(); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

func list(t *testing.T, db journal.Queryer, f journal.Filter) []journal.Call {
	t.Helper()
	calls, err := journal.List(t.Context(), db, f)
	if err != nil {
		t.Fatal(err)
	}
	return calls
}

// eventually waits until there are n calls.
func eventually(t *testing.T, db journal.Queryer, n int) []journal.Call {
	t.Helper()
	for {
		calls := list(t, db, journal.Filter{Limit: 500})
		if len(calls) >= n {
			return calls
		}
		select {
		case <-t.Context().Done():
			t.Fatalf("%d calls, want %d", len(calls), n)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// again writes rows under the id of one that is there already.
type again struct {
	db    journal.Copier
	there journal.Call
}

func (a again) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	var all [][]any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return 0, err
		}
		values[0] = a.there.ID
		all = append(all, values)
	}
	return a.db.CopyFrom(ctx, table, columns, pgx.CopyFromRows(all))
}
