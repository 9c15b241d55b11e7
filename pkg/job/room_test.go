package job_test

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Workers come and go while writes are accepted: each write arrives once, and none waits for a lease.
func TestNothingIsLostInAWorkerThatEnds(t *testing.T) {
	v := newVendor()
	r := start(t, v, 1)
	const entities, each = 8, 25
	uids := make([]uuid.UUID, entities)
	for i := range uids {
		v.tickets[strconv.Itoa(i)] = &psav1.Ticket{Summary: "old"}
		uids[i] = r.Learn(t, "acme", strconv.Itoa(i), "old")
	}
	var writers sync.WaitGroup
	for _, uid := range uids {
		writers.Go(func() {
			for n := range each {
				r.Accept(t, r.jobs, fixture.Write{Operation: "Charge", Target: mirror.Target{UID: uid}, Summary: strconv.Itoa(n)})
			}
		})
	}
	written := make(chan struct{})
	go func() { writers.Wait(); close(written) }()
	for over := false; !over; {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if err := job.NewWorker(r.jobs, r.Mirror, map[string]job.Fetch{"ticket": v.fetch}, []string{"acme"}, job.Config{}, r.Log).Run(ctx); err != nil {
			t.Error(err)
		}
		stop()
		select {
		case <-written:
			over = true
		default:
		}
	}
	for _, uid := range uids {
		r.settled(t, uid)
	}
	if got := len(v.made()); got != entities*each {
		t.Errorf("%d changes at the vendor, want %d", got, entities*each)
	}
	var dead int
	if err := r.DB.QueryRow(t.Context(), `select count(*) from dead_letter`).Scan(&dead); err != nil || dead > 0 {
		t.Errorf("%d dead letters, %v", dead, err)
	}
}

// Promise 7: writes that wait for an entity which somebody holds keep no places from those of other entities.
func TestWhoWaitsForAnEntityKeepsNoPlaces(t *testing.T) {
	v := newVendor()
	r := start(t, v, 1)
	for i := range 2 {
		v.tickets[strconv.Itoa(i)] = &psav1.Ticket{Summary: "old"}
	}
	held, free := r.Learn(t, "acme", "0", "old"), r.Learn(t, "acme", "1", "old")
	tx, err := r.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	if _, err := tx.Exec(t.Context(), `select from ticket where uid = $1 for update`, held); err != nil {
		t.Fatal(err)
	}
	var waiting sync.WaitGroup
	for n := range 7 { // as many as there are places for writes
		waiting.Go(func() {
			r.Accept(t, r.jobs, fixture.Write{Operation: "Charge", Target: mirror.Target{UID: held}, Summary: strconv.Itoa(n)})
		})
		fixture.Eventually(t, "they wait", func() bool { return r.waiting(t) > n })
		r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: free}, Summary: strconv.Itoa(n)})
		fixture.Eventually(t, "another entity's is sent", func() bool { return len(v.made()) > n })
	}
	_ = tx.Rollback(t.Context())
	waiting.Wait()
	r.settled(t, held)
}

// waiting is how many of the connections of the test's database wait for a lock.
func (r *rig) waiting(t *testing.T) (n int) {
	t.Helper()
	err := r.DB.QueryRow(t.Context(), `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// However a line's own looks and hand-overs meet, they share its slots: none is counted twice, and one is always left for fetches.
func TestLooksAndHandOversShareTheSlots(t *testing.T) {
	v, w := newVendor(), fixture.New(t)
	var worker *job.Worker
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, v.ops(t), func(c, _ string) { worker.Wake(c) })
	if err != nil {
		t.Fatal(err)
	}
	warned := &warnings{Handler: slog.DiscardHandler}
	worker = job.NewWorker(jobs, w.Mirror, map[string]job.Fetch{"ticket": v.fetch}, []string{"acme"}, job.Config{Slots: 3}, slog.New(warned))
	r := &rig{World: w, vendor: v, jobs: jobs}
	const each = 60
	var uids []uuid.UUID
	for i := range 3 * each {
		v.tickets[strconv.Itoa(i)] = &psav1.Ticket{Summary: "old"}
		uids = append(uids, r.Learn(t, "acme", strconv.Itoa(i), "old"))
	}
	ctx, stop := context.WithCancel(t.Context())
	var running, writers sync.WaitGroup
	running.Go(func() { _ = worker.Run(ctx) })
	for part := range slices.Chunk(uids, each) {
		writers.Go(func() {
			for _, uid := range part {
				worker.Wake("acme")
				r.Accept(t, jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "new"})
			}
		})
	}
	writers.Wait()
	fixture.Eventually(t, "all are sent", func() bool { return len(v.made()) == 3*each })
	stop()
	running.Wait()
	if got := worker.WritingForTest("acme"); got != 0 || len(warned.got()) > 0 {
		t.Errorf("%d slots are still kept for writes; warned of %v", got, warned.got())
	}
}

// warnings keeps what is warned of.
type warnings struct {
	slog.Handler
	mu  sync.Mutex
	all []string
}

func (w *warnings) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	w.all = append(w.all, text)
	return nil
}

func (w *warnings) got() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.all)
}
