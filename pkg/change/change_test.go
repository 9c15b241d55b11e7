package change_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/schema"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// db is an adapter's database with nothing in it.
func db(t *testing.T) *pgxpool.Pool {
	t.Helper()
	url := pgtest.Migrated(t, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")})
	pool, err := pg.Open(t.Context(), url, pg.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// write makes one change.
func write(t *testing.T, q pg.Querier, connection, kind string) uuid.UUID {
	t.Helper()
	uid := uuid.Must(uuid.NewV7())
	_, err := q.Exec(t.Context(), `insert into change (connection, kind, uid, version) values ($1, $2, $3, 1)`, connection, kind, uid)
	if err != nil {
		t.Fatal(err)
	}
	return uid
}

func read(t *testing.T, q pg.Querier, after change.Position, limit int) change.Page {
	t.Helper()
	p, err := change.Read(t.Context(), q, "acme", "ticket", after, limit)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func uids(p change.Page) []uuid.UUID {
	var ids []uuid.UUID
	for _, c := range p.Changes {
		ids = append(ids, c.UID)
	}
	return ids
}

func same(a, b []uuid.UUID) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func begin(t *testing.T, pool *pgxpool.Pool) pgx.Tx {
	t.Helper()
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
}

func commit(t *testing.T, tx pgx.Tx) {
	t.Helper()
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestChangesOfOneConnectionAndKindAreReadPageByPage(t *testing.T) {
	pool := db(t)
	var want []uuid.UUID
	for range 5 {
		want = append(want, write(t, pool, "acme", "ticket"))
		write(t, pool, "other", "ticket")
		write(t, pool, "acme", "note")
	}
	first := read(t, pool, change.Position{}, 3)
	second := read(t, pool, first.Next, 3)
	third := read(t, pool, second.Next, 3)
	if got := append(uids(first), uids(second)...); !same(got, want) || !first.More || second.More || len(third.Changes) > 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAChangeIsNotReadBeforeAnOlderTransactionEnds(t *testing.T) {
	pool := db(t)
	slow := begin(t, pool)
	early := write(t, slow, "acme", "ticket")
	late := write(t, pool, "acme", "ticket")
	before := read(t, pool, change.Position{}, 10)
	if len(before.Changes) > 0 {
		t.Errorf("read while an older transaction runs: %v", uids(before))
	}
	commit(t, slow)
	if after := read(t, pool, before.Next, 10); !same(uids(after), []uuid.UUID{early, late}) {
		t.Errorf("read after it ended: %v, want %v, %v", uids(after), early, late)
	}
}

// heldUp waits until the changes are so old that a reader asks who holds them up.
func heldUp(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	fixture.Eventually(t, "the changes are older than a second", func() (old bool) {
		if err := pool.QueryRow(t.Context(), `select max(changed_at) < clock_timestamp() - interval '1.1 seconds' from change`).Scan(&old); err != nil {
			t.Fatal(err)
		}
		return old
	})
}

// Numbers of transactions are the server's: what another database of it keeps open for long holds no change up here.
func TestATransactionOfAnotherDatabaseHoldsNothingUpForLong(t *testing.T) {
	other := begin(t, db(t))
	write(t, other, "acme", "ticket") // which gives it a number
	pool := db(t)
	slow := begin(t, pool)
	first := write(t, pool, "acme", "ticket")
	early := write(t, slow, "acme", "ticket")
	var at change.Position
	await := func(want ...uuid.UUID) {
		t.Helper()
		fixture.Eventually(t, "the changes can be read", func() bool {
			p := read(t, pool, at, 10)
			at = p.Next
			if len(p.Changes) > 0 && !same(uids(p), want) {
				t.Fatalf("read %v, want %v", uids(p), want)
			}
			return len(p.Changes) > 0
		})
	}
	late := write(t, pool, "acme", "ticket")
	commit(t, slow)
	await(first, early, late)
	again := write(t, pool, "acme", "ticket")
	await(again)
	if p := read(t, pool, at, 10); len(p.Changes) > 0 || after(at, p.Next) {
		t.Errorf("read %v after the end, and goes on from %v after %v", uids(p), p.Next, at)
	}
	mine := begin(t, pool) // what is kept open here holds up what comes after
	under := write(t, mine, "acme", "ticket")
	last := write(t, pool, "acme", "ticket")
	heldUp(t, pool)
	if p := read(t, pool, at, 10); len(p.Changes) > 0 {
		t.Fatalf("read past a transaction that is under way: %v", uids(p))
	}
	commit(t, mine)
	await(under, last)
}

// Another role may be writing a change, and of its sessions not everything is shown: nothing is read past them all the same.
func TestNothingIsReadPastAnotherRolesTransaction(t *testing.T) {
	pool := db(t)
	role := "reader_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	for _, sql := range []string{"create role " + role + " login", "grant select on change, change_floor to " + role} {
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = pool.Exec(context.Background(), "drop owned by "+role+"; drop role "+role) })
	c := pool.Config()
	c.BeforeConnect = func(_ context.Context, cc *pgx.ConnConfig) error { cc.User = role; return nil }
	restricted, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer restricted.Close()
	slow := begin(t, pool)
	first := write(t, slow, "acme", "ticket")
	second := write(t, pool, "acme", "ticket")
	heldUp(t, pool)
	if p := read(t, restricted, change.Position{}, 10); len(p.Changes) > 0 {
		t.Fatalf("read past a transaction that is under way: %v", uids(p))
	}
	commit(t, slow)
	if p := read(t, restricted, change.Position{}, 10); !same(uids(p), []uuid.UUID{first, second}) {
		t.Errorf("read %v, want both", uids(p))
	}
}

func TestFromNowOnLeavesOutWhatIsVisibleAndNothingElse(t *testing.T) {
	pool := db(t)
	write(t, pool, "acme", "ticket")
	slow := begin(t, pool)
	under := write(t, slow, "acme", "ticket")
	now, err := change.Now(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	after := write(t, pool, "acme", "ticket")
	commit(t, slow)
	if got := uids(read(t, pool, now, 10)); !same(got, []uuid.UUID{under, after}) {
		t.Errorf("got %v, want %v, %v", got, under, after)
	}
}

func TestATokenOlderThanWhatIsKeptIsRefused(t *testing.T) {
	pool := db(t)
	write(t, pool, "acme", "ticket")
	first := read(t, pool, change.Position{}, 1)
	write(t, pool, "acme", "ticket")
	write(t, pool, "acme", "ticket")
	if n, err := change.Forget(t.Context(), pool, time.Now().Add(time.Hour), 2); err != nil || n != 2 {
		t.Fatalf("forgot %d, %v", n, err)
	}
	for row, at := range map[string]change.Position{"from the beginning": {}, "in the middle of what is forgotten": first.Next} {
		_, err := change.Read(t.Context(), pool, "acme", "ticket", at, 10)
		if f := fault.Of(err); f == nil || f.Reason != change.ReasonResync {
			t.Errorf("%s: %v, want RESYNC", row, err)
		}
	}
	if _, err := change.Forget(t.Context(), pool, time.Now().Add(-time.Hour), 10); err != nil {
		t.Fatal(err)
	}
	if now, err := change.Now(t.Context(), pool); err != nil || len(read(t, pool, now, 10).Changes) > 0 {
		t.Errorf("from now on: %v", err)
	}
}

func TestTheTokenOfAQuietConnectionDoesNotGrowOld(t *testing.T) {
	pool := db(t)
	at, err := change.Now(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		write(t, pool, "other", "ticket")
	}
	at = read(t, pool, at, 10).Next
	if n, err := change.Forget(t.Context(), pool, time.Now().Add(time.Hour), 100); err != nil || n != 10 {
		t.Fatalf("forgot %d, %v", n, err)
	}
	want := write(t, pool, "acme", "ticket")
	if got := uids(read(t, pool, at, 10)); !same(got, []uuid.UUID{want}) {
		t.Errorf("got %v", got)
	}
}

func TestAPlaceOfAnotherDatabaseIsRefused(t *testing.T) {
	_, err := change.Read(t.Context(), db(t), "acme", "ticket", change.Position{XID: 1 << 60}, 10)
	if f := fault.Of(err); f == nil || f.Reason != change.ReasonResync {
		t.Errorf("got %v, want RESYNC", err)
	}
}

func TestToken(t *testing.T) {
	want := change.Position{XID: 1<<63 + 1, Seq: 1<<62 + 1}
	token, err := want.Seal("acme", "ticket")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := change.Open("resume_token", token, "acme", "ticket"); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	for row, open := range map[string]func() (change.Position, error){
		"malformed":             func() (change.Position, error) { return change.Open("resume_token", "x"+token, "acme", "ticket") },
		"of another connection": func() (change.Position, error) { return change.Open("resume_token", token, "other", "ticket") },
		"of another kind":       func() (change.Position, error) { return change.Open("resume_token", token, "acme", "note") },
	} {
		if _, err := open(); err == nil || fault.Of(err).Field != "resume_token" {
			t.Errorf("%s: %v, want a fault about resume_token", row, err)
		}
	}
}

func TestWithoutPostgresReadingFails(t *testing.T) {
	pool := db(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := change.Read(ctx, pool, "acme", "ticket", change.Position{}, 1)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
