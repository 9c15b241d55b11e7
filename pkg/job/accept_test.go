package job_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Promises 2 to 4: writes that are accepted at the same time share a transaction, and what goes wrong with one of them
// concerns it alone.
func TestWritesAcceptedTogetherShareNoFate(t *testing.T) {
	w := fixture.New(t)
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	stay, leave := context.Background(), gone(t)
	id := func(i int) mirror.Target { return mirror.Target{VendorID: fmt.Sprint(i)} }
	repeated := uuid.New()
	rows := []struct {
		name    string
		ctx     context.Context
		target  mirror.Target
		etag    string
		request uuid.UUID
		refused func(error) bool
	}{
		{name: "first, on its own", ctx: stay, target: id(0)},
		{name: "second, on its own", ctx: stay, target: id(1)},
		{name: "together", ctx: stay, target: id(2)},
		{name: "by our own id", ctx: stay, target: mirror.Target{UID: w.Learn(t, "acme", "3", "before")}},
		{name: "to one entity", ctx: stay, target: id(4)},
		{name: "to the same entity", ctx: stay, target: id(4)},
		{name: "to the same once more", ctx: stay, target: id(4)},
		{name: "of a stale state", ctx: stay, target: id(5), etag: `"stale"`, refused: is("ETAG_STALE")},
		{name: "to nothing", ctx: stay, target: mirror.Target{VendorID: "none"}, refused: is("NOT_FOUND")},
		{name: "by a caller who has gone", ctx: leave, target: id(6), refused: func(err error) bool { return errors.Is(err, context.Canceled) }},
		{name: "asked for before", ctx: stay, target: id(7), request: repeated, refused: job.IsRepeat},
		{name: "last", ctx: stay, target: id(8)},
	}
	for i := range 9 {
		if i != 3 {
			w.Learn(t, "acme", fmt.Sprint(i), "before")
		}
	}
	accept := func(ctx context.Context, p mirror.Proposal, request uuid.UUID) error {
		p.Job, p.Connection, p.Kind, p.Operation = job.NewID(), "acme", "ticket", "Update"
		p.Patch, p.Paths = &psav1.Ticket{Summary: "after"}, []string{"summary"}
		_, err := jobs.Accept(ctx, w.DB, p, func(a mirror.Accepted) (job.Request, error) {
			return job.Request{ID: p.Job, Connection: "acme", Kind: "ticket", UID: a.Entity.UID, Lane: a.Lane, Operation: "Update", Paths: p.Paths, RequestID: request}, nil
		})
		return err
	}
	if err := accept(stay, mirror.Proposal{Target: id(7)}, repeated); err != nil {
		t.Fatal(err)
	}
	release := hold(t, w, "change")
	errs := make([]error, len(rows))
	var all sync.WaitGroup
	there := 0 // who has gone does not wait
	for i, r := range rows {
		if r.ctx.Err() == nil {
			there++
		}
		all.Go(func() { errs[i] = accept(r.ctx, mirror.Proposal{Target: r.target, Etag: r.etag}, r.request) })
		fixture.Eventually(t, "each is under way, or waits in turn", func() bool {
			idle, waiting := jobs.Gathered("acme", "ticket")
			return idle == max(0, 2-there) && waiting == max(0, there-2)
		})
	}
	release()
	all.Wait()
	accepted := 1
	for i, r := range rows {
		switch err := errs[i]; {
		case r.refused == nil && err != nil:
			t.Errorf("%s: %v", r.name, err)
		case r.refused != nil && (err == nil || !r.refused(err)):
			t.Errorf("%s: got %v", r.name, err)
		case err == nil:
			accepted++
		}
	}
	var kept, lanes, runnable int
	err = w.DB.QueryRow(stay, `select count(*), count(distinct lane), count(*) filter (where state = 1) from job`).Scan(&kept, &lanes, &runnable)
	if err != nil || kept != accepted || lanes != runnable {
		t.Errorf("%d jobs of %d accepted writes; %d may run in %d lanes; %v", kept, accepted, runnable, lanes, err)
	}
}

func is(reason string) func(error) bool {
	return func(err error) bool { f := fault.Of(err); return f != nil && f.Reason == reason }
}

func gone(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// hold keeps everybody from writing to a table.
func hold(t *testing.T, w *fixture.World, table string) (release func()) {
	t.Helper()
	tx, err := w.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "lock table "+table+" in exclusive mode"); err != nil {
		t.Fatal(err)
	}
	return func() { _ = tx.Rollback(context.Background()) }
}

// Promise 2: that nobody knows whether a group was committed is no refusal: each finds out about its own write.
func TestAWriteWhoseCommitWasNotAnsweredIsAccepted(t *testing.T) {
	for name, c := range map[string]struct{ guarded, late bool }{
		"of any state": {}, "of one state": {guarded: true},
		"of any state, committed late": {late: true}, "of one state, committed late": {guarded: true, late: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := fixture.New(t)
			jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			uid := w.Learn(t, "acme", "1", "before")
			p := mirror.Proposal{
				Job: job.NewID(), Connection: "acme", Kind: "ticket", Operation: "Update", Target: mirror.Target{UID: uid},
				Patch: &psav1.Ticket{Summary: "after"}, Paths: []string{"summary"},
			}
			if c.guarded {
				p.Etag = w.Read(t, uid).GetEtag()
			}
			db := pg.Beginner(&lossy{Beginner: w.DB})
			if c.late {
				db = &late{world: w}
			}
			a, err := jobs.Accept(t.Context(), db, p, func(a mirror.Accepted) (job.Request, error) {
				return job.Request{ID: p.Job, Connection: "acme", Kind: "ticket", UID: a.Entity.UID, Lane: a.Lane, Operation: "Update", Paths: p.Paths}, nil
			})
			if err != nil || a.Entity.UID != uid || len(a.Entity.Writes) != 1 {
				t.Fatalf("got %v, %v", a, err)
			}
			var kept int
			if err := w.DB.QueryRow(t.Context(), "select count(*) from job").Scan(&kept); err != nil || kept != 1 {
				t.Errorf("%d jobs, %v", kept, err)
			}
		})
	}
}

// late goes on with its first commit, which it gave up, when somebody waits for what that holds.
type late struct {
	world *fixture.World
	first pgx.Tx
}

func (l *late) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	tx, err := l.world.DB.BeginTx(ctx, o)
	if l.first == nil {
		l.first = tx
		return &lateTx{tx}, err
	}
	go func() {
		for waiting := false; !waiting; {
			const ask = "select exists (select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database())"
			if l.world.DB.QueryRow(ctx, ask).Scan(&waiting) != nil {
				break
			}
		}
		_ = l.first.Commit(ctx)
	}()
	return tx, err
}

type lateTx struct{ pgx.Tx }

func (*lateTx) Commit(context.Context) error   { return errors.New("no answer to COMMIT in time") }
func (*lateTx) Rollback(context.Context) error { return nil }

// lossy loses the answer to its first commit.
type lossy struct {
	pg.Beginner
	lost bool
}

func (l *lossy) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	tx, err := l.Beginner.BeginTx(ctx, o)
	return &lossyTx{tx, l}, err
}

type lossyTx struct {
	pgx.Tx
	of *lossy
}

func (x *lossyTx) Commit(ctx context.Context) error {
	err := x.Tx.Commit(ctx)
	if err == nil && !x.of.lost {
		x.of.lost = true
		return errors.New("the connection ended before COMMIT was answered")
	}
	return err
}

// Promise 3: a write is pending once, by however many names its entity is asked for at the same time.
func TestAnEntityHeldByManyNamesHasItsWritesOnce(t *testing.T) {
	w := fixture.New(t)
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	uid := w.Learn(t, "acme", "1", "before")
	w.Accept(t, jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "after"})
	err = pg.InTx(t.Context(), w.DB, func(tx pgx.Tx) error {
		held, err := w.Mirror.HoldFree(t.Context(), tx, w.Mirror.Table("ticket"), "acme", []mirror.Target{{UID: uid}, {UID: uid}, {VendorID: "1"}}, nil)
		if n := len(held[mirror.Target{UID: uid}].Writes); n != 1 {
			t.Errorf("%d writes", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
