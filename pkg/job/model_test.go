package job_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// The model of jobs and lanes: a state machine takes writes, attempts, crashes, leases, wake-ups, refusals, replays and
// discards through any order, on real Postgres and the worker's own code. The reference is the ledger of a vendor that
// checks, as each change arrives, that it may; and the rules that hold after every step and at the end.

const (
	modelRuns = "25"             // sequences that are played; MODEL_RUNS plays more
	modelTime = 12 * time.Second // a busy machine plays fewer, unless MODEL_RUNS is set
)

func TestJobsAndLanesAsAModel(t *testing.T) {
	runs, until := modelRuns, time.Now().Add(modelTime)
	if more := os.Getenv("MODEL_RUNS"); more != "" {
		runs, until = more, time.Now().Add(24*time.Hour)
	}
	set(t, "rapid.checks", runs)
	set(t, "rapid.steps", "60")
	w := fixture.New(t)
	played := 0
	rapid.Check(t, func(rt *rapid.T) {
		if played > 0 && time.Now().After(until) {
			return
		}
		played++
		m := newModel(t, rt, w)
		defer m.abandon()
		rt.Repeat(m.actions())
		m.end()
	})
	if played == 0 {
		t.Error("no sequence was played")
	}
}

// set sets a flag of rapid for one test: it has no other way.
func set(t *testing.T, name, value string) {
	t.Helper()
	before := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatalf("MODEL_RUNS: expects a number of runs: %v", err)
	}
	t.Cleanup(func() { _ = flag.Set(name, before) })
}

// model is one run.
type model struct {
	*fixture.World
	t       *testing.T
	rt      *rapid.T
	jobs    *job.Store
	worker  *job.Worker
	ctx     context.Context //nolint:containedctx // of one run
	stop    context.CancelFunc
	vendor  *ledger
	flights []*flight
	crashed []*flight // nobody will ever tell them anything
	mayFail bool      // looks cannot tell
	room    bool      // a worker takes over what is accepted
}

// flight is one attempt under way, held at the vendor's door.
type flight struct {
	job     *job.Job
	orders  chan order
	atDoor  chan struct{}
	landed  chan struct{}
	applied bool
	expired bool // its lease has run out: nothing leaves it any more, but it may still report
}

// order is what becomes of a request.
type order struct {
	apply bool
	err   error
	ends  bool
	done  chan struct{}
}

func newModel(t *testing.T, rt *rapid.T, w *fixture.World) *model {
	m := &model{World: w, t: t, rt: rt, vendor: &ledger{tickets: map[string]string{}, marks: map[string]uuid.UUID{}, order: map[uuid.UUID]int64{}}}
	m.exec(`truncate job, attempt, dead_letter, dead_letter_act, dead_letter_batch, reference, ticket, note, change, gate`)
	m.ctx, m.stop = context.WithCancel(context.Background())
	var ops []*job.Op
	for _, o := range []job.Operation[*psav1.Ticket]{
		{Name: "Create", Effect: mirror.Creates, Safety: job.Probed, Probe: m.probe},
		{Name: "Update", Safety: job.Idempotent},
		{Name: "Charge", Safety: job.Never},
	} {
		o.Kind, o.Attempt = "ticket", m.attempt
		op, err := o.Bind()
		m.must(err)
		ops = append(ops, op)
	}
	var err error
	m.jobs, err = job.NewStore(w.DB, w.Mirror, w.Gate, ops, nil)
	m.must(err)
	m.jobs.HostForTest(m.host)
	m.worker = job.NewWorker(m.jobs, w.Mirror, map[string]job.Fetch{"ticket": m.fetch}, nil, job.Config{
		Attempt: time.Hour, Lease: 2 * time.Hour,
		Retries: job.Retries{Schedule: backoff.Schedule{time.Second}, MaxAge: 3 * time.Second, MinLook: time.Second},
	}, w.Log)
	return m
}

func (m *model) must(err error) {
	if err != nil {
		m.rt.Fatalf("%v", err)
	}
}

func (m *model) exec(sql string, args ...any) int64 {
	ct, err := m.DB.Exec(context.Background(), sql, args...)
	m.must(err)
	return ct.RowsAffected()
}

// abandon ends what is under way; its reports concern nobody any more.
func (m *model) abandon() {
	m.stop()
	for _, f := range append(m.flights, m.crashed...) {
		<-f.landed
	}
}

// attempt is the vendor's door: a request waits there for what becomes of it.
func (m *model) attempt(ctx context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
	f, _ := ctx.Value(flightKey{}).(*flight)
	close(f.atDoor)
	var r job.Result
	for {
		select {
		case <-m.ctx.Done():
			return r, &fault.Error{Kind: fault.Unavailable, Reason: "OVER"}
		case o := <-f.orders:
			if o.apply {
				r = m.vendor.change(m, j, p.GetSummary())
			}
			close(o.done)
			if o.ends {
				return r, o.err
			}
		}
	}
}

type flightKey struct{}

// ledger is the vendor: what it has, and whose doing that was.
type ledger struct {
	mu      sync.Mutex
	next    int
	tickets map[string]string
	marks   map[string]uuid.UUID
	made    []made
	order   map[uuid.UUID]int64 // by entity: the place in the lane of the last change
	wrong   []string
}

type made struct {
	job, uid uuid.UUID
	id       string
}

// change applies a change, and notes what should not have been sent.
func (v *ledger) change(m *model, j *job.Job, summary string) job.Result {
	v.mu.Lock()
	defer v.mu.Unlock()
	var seq int64
	var refs []mirror.Reference
	if err := m.DB.QueryRow(context.Background(), `select seq from job where id = $1`, j.ID).Scan(&seq); err != nil {
		v.wrong = append(v.wrong, err.Error())
	}
	if seq < v.order[j.UID] {
		v.wrong = append(v.wrong, fmt.Sprintf("job %s came after a later one of its lane", j.ID))
	}
	refs = append(refs, j.References...)
	for _, r := range refs {
		if _, there := v.tickets[r.VendorID]; !there {
			v.wrong = append(v.wrong, fmt.Sprintf("job %s refers to %q, which is not there", j.ID, r.VendorID))
		}
	}
	again := slices.ContainsFunc(v.made, func(x made) bool { return x.job == j.ID })
	if again && j.Operation != "Update" {
		v.wrong = append(v.wrong, fmt.Sprintf("job %s was made twice", j.ID))
	}
	v.order[j.UID] = seq
	id := j.VendorID
	if j.Effect == mirror.Creates {
		v.next++
		id = fmt.Sprint(v.next)
		v.marks[id] = j.ID
	} else if _, there := v.tickets[id]; !there {
		v.wrong = append(v.wrong, fmt.Sprintf("job %s changes %q, which is not there", j.ID, id))
	}
	v.tickets[id] = summary
	v.made = append(v.made, made{job: j.ID, uid: j.UID, id: id})
	seen := v.seen(id)
	return job.Result{VendorID: id, Seen: &seen}
}

func (v *ledger) seen(id string) mirror.Observation {
	o := fixture.Ticket(id, v.tickets[id])
	o.Mark = v.marks[id]
	return o
}

func (v *ledger) has(id uuid.UUID) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.ContainsFunc(v.made, func(x made) bool { return x.job == id })
}

func (m *model) probe(_ context.Context, j *job.Job, _ *psav1.Ticket) (job.Answer, error) {
	m.vendor.mu.Lock()
	defer m.vendor.mu.Unlock()
	if m.mayFail {
		return job.Answer{Found: job.CannotTell}, nil
	}
	for id, mark := range m.vendor.marks {
		if mark == j.ID {
			seen := m.vendor.seen(id)
			return job.Answer{Found: job.Present, Result: job.Result{VendorID: id, Seen: &seen}}, nil
		}
	}
	return job.Answer{Found: job.Absent}, nil
}

func (m *model) fetch(_ context.Context, _ string, ref mirror.Ref) ([]mirror.Observation, error) {
	m.vendor.mu.Lock()
	defer m.vendor.mu.Unlock()
	if _, there := m.vendor.tickets[ref.VendorID]; !there {
		return []mirror.Observation{{Ref: ref, Presence: mirror.Absent}}, nil
	}
	return []mirror.Observation{m.vendor.seen(ref.VendorID)}, nil
}

// learn applies what a look at a ticket of the vendor would see now.
func (m *model) learn(id string) {
	m.vendor.mu.Lock()
	o := m.vendor.seen(id)
	m.vendor.mu.Unlock()
	m.must(pg.InTx(m.ctx, m.DB, func(tx pgx.Tx) error {
		now, err := mirror.Now(m.ctx, tx)
		if err != nil {
			return err
		}
		o.Source, o.Opened = mirror.Fetch, now
		_, err = m.Mirror.Apply(m.ctx, tx, "acme", []mirror.Observation{o})
		return err
	}))
}
