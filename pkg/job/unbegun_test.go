package job_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// A claim whose commit was not answered is begun by nobody: it is let go, and does not count as sent.
func TestAClaimWhoseCommitWasNotAnsweredIsLetGo(t *testing.T) {
	for name, isLate := range map[string]bool{"committed": false, "committed late": true} {
		t.Run(name, func(t *testing.T) {
			h := host(t, 1)
			db := pg.Beginner(&lossy{Beginner: h.DB})
			if isLate {
				db = &late{world: h.World}
			}
			id, err := h.acceptOn(t.Context(), db, h.Learn(t, "acme", "1", "before"))
			if err != nil {
				t.Fatal(err)
			}
			if state, attempts := h.state(t, id); state != job.Queued || attempts != 0 {
				t.Errorf("state %d after %d attempts", state, attempts)
			}
			if got := h.taken(); len(got) > 0 {
				t.Errorf("%d were begun", len(got))
			}
			got, err := h.jobs.Claim(t.Context(), "acme", 1, 1, claims)
			if err != nil || len(got.Jobs) != 1 || got.Jobs[0].Attempts != 1 || !got.Jobs[0].UnsureAt.IsZero() {
				t.Errorf("claimed %v, %v", got, err)
			}
		})
	}
}

func (h *hosted) acceptOn(ctx context.Context, db pg.Beginner, uid uuid.UUID) (uuid.UUID, error) {
	p := mirror.Proposal{
		Job: job.NewID(), Connection: "acme", Kind: "ticket", Operation: "Update", Target: mirror.Target{UID: uid},
		Patch: &psav1.Ticket{Summary: "after"}, Paths: []string{"summary"},
	}
	_, err := h.jobs.Accept(ctx, db, p, func(a mirror.Accepted) (job.Request, error) {
		return job.Request{ID: p.Job, Connection: "acme", Kind: "ticket", UID: a.Entity.UID, Lane: a.Lane, Operation: "Update", Paths: p.Paths}, nil
	})
	return p.Job, err
}

// Promise 1: nor does one whose commit is carried out when everybody who waited for it has gone. The caller was told of an error, a scan
// lets go of it, and what must not be repeated is sent once.
func TestAClaimThatIsCommittedAfterEverybodyHasGoneIsLetGo(t *testing.T) {
	h := host(t, 1)
	db := &posthumous{Beginner: h.DB}
	t.Cleanup(db.end)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second) // its next try waits for what the first one holds
	defer cancel()
	id, err := h.acceptOn(ctx, db, h.Learn(t, "acme", "1", "before"))
	if err == nil || len(h.taken()) > 0 {
		t.Fatalf("%v, %d begun", err, len(h.taken()))
	}
	if err := h.jobs.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, attempts := h.state(t, id); state != job.Claimed || attempts != 1 {
		t.Errorf("committed as state %d after %d attempts", state, attempts)
	}
	if err := h.jobs.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, attempts := h.state(t, id); state != job.Queued || attempts != 0 || len(h.woken) == 0 {
		t.Errorf("state %d after %d attempts, woken for %v", state, attempts, h.woken)
	}
	got, err := h.jobs.Claim(t.Context(), "acme", 1, 1, claims)
	if err != nil || len(got.Jobs) != 1 || !got.Jobs[0].UnsureAt.IsZero() {
		t.Fatalf("claimed %v, %v", got, err)
	}
	if err := h.jobs.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, _ := h.state(t, id); state != job.Claimed {
		t.Errorf("the next claim is let go too: state %d", state)
	}
}

// posthumous keeps its first transaction open when its commit is given up.
type posthumous struct {
	pg.Beginner
	tx pgx.Tx
}

func (p *posthumous) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	tx, err := p.Beginner.BeginTx(ctx, o)
	if p.tx != nil || err != nil {
		return tx, err
	}
	p.tx = tx
	return posthumousTx{tx}, nil
}

func (p *posthumous) end() {
	if p.tx != nil {
		_ = p.tx.Rollback(context.Background())
	}
}

type posthumousTx struct{ pgx.Tx }

func (posthumousTx) Commit(context.Context) error   { return errors.New("no answer to COMMIT in time") }
func (posthumousTx) Rollback(context.Context) error { return nil }

// Promise 2: where Postgres has lost the first try with what its sequence gave out, the lease of a claim that was begun may be that of one
// that was not. It is not let go.
func TestAClaimThatWasBegunIsNotLetGo(t *testing.T) {
	h := host(t, 1)
	id, err := h.acceptOn(t.Context(), &crash{Beginner: h.DB, h: h}, h.Learn(t, "acme", "1", "before"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.jobs.Claim(t.Context(), "acme", 1, 1, claims)
	if err != nil || len(got.Jobs) != 1 {
		t.Fatalf("claimed %v, %v", got, err)
	}
	if err := h.jobs.Scan(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state, attempts := h.state(t, id); state != job.Claimed || attempts != 1 {
		t.Errorf("state %d after %d attempts", state, attempts)
	}
}

// crash is a Postgres that crashes in its first commit: nothing of it is kept, nor what the sequence gave out.
type crash struct {
	pg.Beginner
	h    *hosted
	was  int64
	done bool
}

func (c *crash) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	tx, err := c.Beginner.BeginTx(ctx, o)
	if c.done || err != nil {
		return tx, err
	}
	c.done = true
	return crashTx{tx, c}, c.h.DB.QueryRow(ctx, `select last_value from moment`).Scan(&c.was)
}

type crashTx struct {
	pgx.Tx
	of *crash
}

func (x crashTx) Commit(ctx context.Context) error {
	_ = x.Rollback(ctx)
	_, err := x.of.h.DB.Exec(ctx, `select setval('moment', $1)`, x.of.was)
	return errors.Join(errors.New("the server closed the connection"), err)
}
