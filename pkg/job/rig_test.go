package job_test

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// vendor is a vendor in memory that does what a test tells it.
type vendor struct {
	mu      sync.Mutex
	next    int
	tickets map[string]*psav1.Ticket
	marks   map[string]uuid.UUID
	sent    []string // "id=summary" of every change made, in order
	before  func(j *job.Job) error
	after   func(j *job.Job) error
	looks   int
	refuse  int    // so many looks are refused
	look    func() // called by each fetch
	quiet   bool   // answers carry no state
	fillIn  string // the summary of what is created without one
	more    []*job.Op
}

func newVendor() *vendor {
	return &vendor{next: 100, tickets: map[string]*psav1.Ticket{}, marks: map[string]uuid.UUID{}}
}

func (v *vendor) attempt(_ context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
	if v.before != nil {
		if err := v.before(j); err != nil {
			return job.Result{}, err
		}
	}
	r := v.change(j, p)
	if v.after != nil {
		if err := v.after(j); err != nil {
			return job.Result{}, err
		}
	}
	return r, nil
}

func (v *vendor) change(j *job.Job, p *psav1.Ticket) job.Result {
	v.mu.Lock()
	defer v.mu.Unlock()
	id := j.VendorID
	if j.Effect == mirror.Creates {
		v.next++
		id = strconv.Itoa(v.next)
		v.marks[id] = j.ID
	}
	if j.Effect == mirror.Deletes {
		delete(v.tickets, id)
		v.sent = append(v.sent, id+" deleted")
		return job.Result{Seen: &mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: id}, Presence: mirror.Deleted}}
	}
	v.tickets[id] = &psav1.Ticket{Summary: cmp.Or(p.GetSummary(), v.fillIn)}
	v.sent = append(v.sent, id+"="+p.GetSummary())
	if v.quiet {
		return job.Result{VendorID: id}
	}
	seen := v.seen(id)
	return job.Result{VendorID: id, Seen: &seen}
}

func (v *vendor) seen(id string) mirror.Observation {
	o := fixture.Ticket(id, v.tickets[id].GetSummary())
	o.Mark = v.marks[id]
	return o
}

func (v *vendor) probe(_ context.Context, j *job.Job, _ *psav1.Ticket) (job.Answer, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.looks++
	if v.looks <= v.refuse {
		return job.Answer{}, &fault.Error{Kind: fault.Invalid, Reason: "FORBIDDEN", Message: "no"}
	}
	for id, mark := range v.marks {
		if mark == j.ID {
			seen := v.seen(id)
			return job.Answer{Found: job.Present, Result: job.Result{VendorID: id, Seen: &seen}}, nil
		}
	}
	return job.Answer{Found: job.Absent}, nil
}

func (v *vendor) fetch(_ context.Context, _ string, ref mirror.Ref) ([]mirror.Observation, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.look != nil {
		v.look()
	}
	if v.tickets[ref.VendorID] == nil {
		return []mirror.Observation{{Ref: ref, Presence: mirror.Absent}}, nil
	}
	return []mirror.Observation{v.seen(ref.VendorID)}, nil
}

func (v *vendor) made() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.sent...)
}

type rig struct {
	*fixture.World
	vendor *vendor
	jobs   *job.Store
	wake   func(string)
}

func (v *vendor) ops(t *testing.T) []*job.Op {
	t.Helper()
	var ops []*job.Op
	for _, o := range []job.Operation[*psav1.Ticket]{
		{Name: "Create", Effect: mirror.Creates, Safety: job.Probed, Settling: 20 * time.Millisecond, Probe: v.probe},
		{Name: "Update", Safety: job.Idempotent},
		{Name: "Charge", Safety: job.Never},
		{Name: "Delete", Effect: mirror.Deletes, Safety: job.Idempotent},
	} {
		o.Kind, o.Attempt = "ticket", v.attempt
		op, err := o.Bind()
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, op)
	}
	return append(ops, v.more...)
}

// start runs that many replicas of a worker on one database.
func start(t *testing.T, v *vendor, replicas int, options ...fixture.Option) *rig {
	t.Helper()
	w := fixture.New(t, options...)
	r := &rig{World: w, vendor: v}
	var workers []*job.Worker
	wake := func(c, _ string) {
		for _, x := range workers {
			x.Wake(c)
		}
	}
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, v.ops(t), wake)
	if err != nil {
		t.Fatal(err)
	}
	r.jobs, r.wake = jobs, func(c string) { wake(c, "") }
	cfg := job.Config{
		Scan: 20 * time.Millisecond, Attempt: 5 * time.Second, Lease: 6 * time.Second,
		Retries: job.Retries{Schedule: backoff.Schedule{10 * time.Millisecond}, MinLook: 30 * time.Millisecond, MaxAge: time.Second},
	}
	for i := range replicas {
		cfg.Replica = fmt.Sprint("replica-", i)
		workers = append(workers, job.NewWorker(jobs, w.Mirror, map[string]job.Fetch{"ticket": v.fetch}, []string{"acme"}, cfg, w.Log))
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, x := range workers {
		running.Go(func() { _ = x.Run(ctx) })
	}
	t.Cleanup(func() { stop(); running.Wait() })
	return r
}

func (r *rig) settled(t *testing.T, uid uuid.UUID) *psav1.Ticket {
	t.Helper()
	var got *psav1.Ticket
	fixture.Eventually(t, "no write is pending", func() bool {
		got = r.Read(t, uid)
		return len(got.GetMirror().GetPendingWrites()) == 0
	})
	return got
}

func (r *rig) class(t *testing.T, id uuid.UUID) string {
	t.Helper()
	var class string
	if err := r.DB.QueryRow(context.Background(), `select coalesce(max(class), '') from dead_letter where job = $1`, id).Scan(&class); err != nil {
		t.Fatal(err)
	}
	return class
}

func lost(*job.Job) error {
	return &fault.Error{Kind: fault.Unavailable, Reason: "NO_ANSWER", MayApply: true}
}

// once makes f apply to the first attempt only.
func once(f func(*job.Job) error) func(*job.Job) error {
	var done sync.Once
	return func(j *job.Job) (err error) {
		done.Do(func() { err = f(j) })
		return err
	}
}
