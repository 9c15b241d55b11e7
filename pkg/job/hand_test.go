package job_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"google.golang.org/protobuf/testing/protocmp"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// hosted has writes handed over to a list, as far as there is room.
type hosted struct {
	*fixture.World
	jobs *job.Store

	mu    sync.Mutex
	most  int
	got   []*job.Job
	open  int // places that were taken and not given back
	woken []string
}

func host(t *testing.T, most int) *hosted {
	t.Helper()
	h := &hosted{World: fixture.New(t), most: most}
	h.serve(t)
	return h
}

func (h *hosted) serve(t *testing.T) {
	t.Helper()
	var err error
	h.jobs, err = job.NewStore(h.DB, h.Mirror, h.Gate, newVendor().ops(t), func(_, lane string) { h.mu.Lock(); h.woken = append(h.woken, lane); h.mu.Unlock() })
	if err != nil {
		t.Fatal(err)
	}
	h.jobs.HostForTest(func(most int) (int, job.Claims, func([]*job.Job)) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.open++
		return min(most, h.most), claims, func(all []*job.Job) { h.mu.Lock(); h.got, h.open = append(h.got, all...), h.open-1; h.mu.Unlock() }
	})
}

// taken is what was handed over.
func (h *hosted) taken() []*job.Job {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.got)
}

func (h *hosted) state(t *testing.T, id uuid.UUID) (state job.State, attempts int) {
	t.Helper()
	if err := h.DB.QueryRow(t.Context(), `select state, attempts from job where id = $1`, id).Scan(&state, &attempts); err != nil {
		t.Fatal(err)
	}
	return state, attempts
}

// What is handed over is what a claim would have read: an attempt cannot tell them apart.
func TestWhatIsHandedOverIsWhatAClaimReads(t *testing.T) {
	h := host(t, 1)
	for name, x := range map[string]fixture.Write{
		"a change":         {Operation: "Update", Summary: "after"},
		"a guarded change": {Operation: "Update", Summary: "after", Guarded: true},
		"a deletion":       {Operation: "Delete", Effect: mirror.Deletes},
		"a create":         {Operation: "Create", Effect: mirror.Creates, Summary: "new"},
	} {
		t.Run(name, func(t *testing.T) {
			var both [2]*job.Job
			for i := range both {
				h.most = i
				if x.Effect != mirror.Creates {
					x.Target = mirror.Target{UID: h.Learn(t, "acme", fmt.Sprint(name, i), "before")}
				}
				_, id := h.Accept(t, h.jobs, x)
				if i == 0 {
					got, err := h.jobs.Claim(t.Context(), "acme", 1, 1, claims)
					if err != nil || len(got.Jobs) != 1 {
						t.Fatal(got, err)
					}
					both[i] = got.Jobs[0]
				} else {
					all := h.taken()
					both[i] = all[len(all)-1]
				}
				if j := both[i]; j.ID != id || j.Opened.Seq == 0 || j.Opened.At.Before(j.CreatedAt) || j.Deadline.Sub(j.Opened.At) != claims.Attempt {
					t.Errorf("it is %v, opened %v, deadline %v", j.ID == id, j.Opened, j.Deadline)
				}
				if state, attempts := h.state(t, id); state != job.Claimed || attempts != 1 {
					t.Errorf("state %d after %d attempts", state, attempts)
				}
			}
			differ := cmp.Diff(*both[0], *both[1], protocmp.Transform(), cmp.AllowUnexported(job.Job{}),
				cmpopts.IgnoreFields(job.Job{}, "ID", "UID", "VendorID", "Lane", "CreatedAt", "Opened", "Deadline", "entity"),
				cmp.FilterPath(func(p cmp.Path) bool { return p.Last().Type().Kind() == reflect.Slice }, cmpopts.EquateEmpty()))
			if differ != "" {
				t.Errorf("claimed (-) and handed over (+):\n%s", differ)
			}
		})
	}
}

// Nobody passes who has to wait, and nobody waits in order to be handed over.
func TestWhatHasToWaitIsNotHandedOver(t *testing.T) {
	limited := map[string]gate.Config{"acme": {Budget: budget.Terms{Limits: []budget.Limit{{Calls: 2, Window: time.Hour, Burst: 1}}}}}
	change := func(h *hosted, t *testing.T) fixture.Write {
		t.Helper()
		return fixture.Write{Operation: "Update", Summary: "after", Target: mirror.Target{UID: h.Learn(t, "acme", "1", "before")}}
	}
	for name, c := range map[string]struct {
		most   int
		gate   map[string]gate.Config
		before func(*hosted, *testing.T) fixture.Write
		want   job.State
	}{
		"nothing to wait for": {most: 1, before: change, want: job.Claimed},
		"a budget with calls left": {most: 1, gate: limited, want: job.Claimed, before: func(h *hosted, t *testing.T) fixture.Write {
			h.exec(t, `insert into gate (connection) values ('acme')`)
			return change(h, t)
		}},
		"no room": {before: change, want: job.Queued},
		"another write of its lane": {most: 1, want: job.Waiting, before: func(h *hosted, t *testing.T) fixture.Write {
			x := change(h, t)
			h.most = 0
			h.Accept(t, h.jobs, x)
			h.most = 1
			return x
		}},
		"one of its lane that nothing is folded of": {most: 1, want: job.Waiting, before: func(h *hosted, t *testing.T) fixture.Write {
			x := change(h, t)
			h.most = 0
			_, id := h.Accept(t, h.jobs, x)
			h.exec(t, `update job set folded = false where id = $1`, id)
			h.most = 1
			return x
		}},
		"a lane that is held": {most: 1, want: job.Queued, before: func(h *hosted, t *testing.T) fixture.Write {
			x := change(h, t)
			h.exec(t, `insert into lane_hold (connection, lane, until) select 'acme', 'ticket/' || $1::text, now() + interval '1 h'`, x.Target.UID)
			return x
		}},
		"what it refers to": {most: 2, want: job.Waiting, before: func(h *hosted, t *testing.T) fixture.Write {
			x := change(h, t)
			h.most = 0
			to, _ := h.Accept(t, h.jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "new"})
			h.most, x.RefersTo = 1, []uuid.UUID{to}
			return x
		}},
		"a gate that nobody has asked yet": {most: 1, gate: limited, before: change, want: job.Queued},
		"a budget that is spent": {most: 1, gate: limited, want: job.Queued, before: func(h *hosted, t *testing.T) fixture.Write {
			err := pg.InTx(t.Context(), h.DB, func(tx pgx.Tx) error {
				_, err := h.Gate.Take(t.Context(), tx, "acme", gate.Ask{Class: budget.Write, Calls: 1})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return change(h, t)
		}},
		"somebody who asks the gate": {most: 1, gate: limited, want: job.Queued, before: func(h *hosted, t *testing.T) fixture.Write {
			h.exec(t, `insert into gate (connection) values ('acme')`)
			x := change(h, t)
			tx, err := h.DB.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
			if _, err := tx.Exec(t.Context(), `select from gate for update`); err != nil {
				t.Fatal(err)
			}
			return x
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := host(t, c.most)
			if c.gate != nil {
				h.Gate = gate.New(h.DB, c.gate, h.Log)
				h.serve(t)
			}
			x := c.before(h, t)
			before := len(h.taken())
			_, id := h.Accept(t, h.jobs, x)
			state, _ := h.state(t, id)
			if got := len(h.taken()) - before; state != c.want || (got == 1) != (c.want == job.Claimed) {
				t.Errorf("state %d, want %d; %d handed over", state, c.want, got)
			}
			if c.want == job.Queued && len(h.woken) == 0 {
				t.Error("nobody was woken for it")
			}
		})
	}
}

func (h *hosted) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := h.DB.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// Whatever becomes of a write, the places that were kept for it are given back once; and what was claimed in a transaction that Postgres
// broke off is not begun.
func TestPlacesAreGivenBack(t *testing.T) {
	request := func(p mirror.Proposal) func(mirror.Accepted) (job.Request, error) {
		return func(a mirror.Accepted) (job.Request, error) {
			return job.Request{ID: p.Job, Connection: "acme", Kind: "ticket", UID: a.Entity.UID, Lane: a.Lane, Operation: "Update", Paths: p.Paths}, nil
		}
	}
	for name, c := range map[string]struct {
		refused bool
		request func(mirror.Proposal) func(mirror.Accepted) (job.Request, error)
		db      func(pg.Beginner, *hosted) pg.Beginner
		begun   int
	}{
		"it is accepted":         {request: request, begun: 1},
		"there is no such thing": {request: request, refused: true},
		"it cannot be said": {refused: true, request: func(mirror.Proposal) func(mirror.Accepted) (job.Request, error) {
			return func(mirror.Accepted) (job.Request, error) { return job.Request{}, errors.New("no") }
		}},
		"it panics": {refused: true, request: func(mirror.Proposal) func(mirror.Accepted) (job.Request, error) {
			return func(mirror.Accepted) (job.Request, error) { panic("no") }
		}},
		"it is gone when Postgres has broken a deadlock": {refused: true, request: request, db: func(db pg.Beginner, h *hosted) pg.Beginner {
			return &broken{Beginner: db, then: func() { h.exec(t, `delete from ticket`) }}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			h := host(t, 1)
			p := mirror.Proposal{
				Job: job.NewID(), Connection: "acme", Kind: "ticket", Operation: "Update", Target: mirror.Target{UID: h.Learn(t, "acme", "1", "before")},
				Patch: &psav1.Ticket{Summary: "after"}, Paths: []string{"summary"},
			}
			if name == "there is no such thing" {
				p.Target = mirror.Target{VendorID: "none"}
			}
			db := pg.Beginner(h.DB)
			if c.db != nil {
				db = c.db(db, h)
			}
			err := errors.New("it panicked")
			func() {
				defer func() { _ = recover() }()
				_, err = h.jobs.Accept(t.Context(), db, p, c.request(p))
			}()
			if (err != nil) != c.refused || h.open != 0 || len(h.taken()) != c.begun {
				t.Errorf("%v; %d places not given back, %d begun", err, h.open, len(h.taken()))
			}
		})
	}
}

// broken breaks its first transaction off at the commit, and then does something.
type broken struct {
	pg.Beginner
	then func()
}

func (b *broken) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	tx, err := b.Beginner.BeginTx(ctx, o)
	if b.then == nil {
		return tx, err
	}
	return &brokenTx{tx, b}, err
}

type brokenTx struct {
	pgx.Tx
	of *broken
}

func (x *brokenTx) Commit(ctx context.Context) error {
	err := x.Rollback(ctx)
	if then := x.of.then; then != nil {
		x.of.then = nil
		then()
		return &pgconn.PgError{Code: "40P01", Message: "deadlock detected"}
	}
	return err
}
