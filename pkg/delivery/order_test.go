package delivery_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// quay is a vendor in memory with its deliveries.
type quay struct {
	r     *rig
	mux   *http.ServeMux
	clock atomic.Int64 // the vendor's, two seconds a tick

	mu      sync.Mutex
	tickets map[string]*psav1.Ticket
	marks   map[string]uuid.UUID
	last    int
}

// signed reads {"id", "summary", "at", "mark"}, several at a time; without a summary it is a hint.
type signed struct{ hook }

func (signed) Read(_ string, body []byte) (all []delivery.Notice, err error) {
	var told []struct {
		ID, Summary string
		At          int64
		Mark        uuid.UUID
	}
	if err := json.Unmarshal(body, &told); err != nil {
		return nil, err
	}
	for _, x := range told {
		n := delivery.Notice{Ref: mirror.Ref{Kind: "ticket", VendorID: x.ID}}
		if x.Summary != "" {
			o := fixture.Ticket(x.ID, x.Summary)
			o.VendorTime, o.Mark = time.Unix(x.At, 0), x.Mark
			n.Snapshot = &o
		}
		all = append(all, n)
	}
	return all, nil
}

// change makes a change, and tells of it and of others that have not changed, as vendors do.
func (q *quay) change(_ context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
	q.mu.Lock()
	id := j.VendorID
	if j.Effect == mirror.Creates {
		q.last++
		id = strconv.Itoa(q.last)
		q.marks[id] = j.ID
	}
	q.tickets[id] = &psav1.Ticket{Summary: p.GetSummary()}
	seen := q.seen(id)
	q.mu.Unlock()
	if rand.IntN(2) == 0 {
		q.tell(id)
	}
	if rand.IntN(4) == 0 {
		return job.Result{VendorID: id}, nil // which asks for a look
	}
	return job.Result{VendorID: id, Seen: &seen}, nil
}

// seen is a ticket as the vendor has it; q.mu is held.
func (q *quay) seen(id string) mirror.Observation {
	o := fixture.Ticket(id, q.tickets[id].GetSummary())
	o.Mark = q.marks[id]
	return o
}

// tell makes a call about this ticket and a few others, in any order, as states and as hints.
func (q *quay) tell(id string) int {
	q.mu.Lock()
	var parts []string
	for _, of := range []string{id, strconv.Itoa(1 + rand.IntN(q.last)), strconv.Itoa(1 + rand.IntN(q.last))} {
		part := fmt.Sprintf(`{"id":%q}`, of)
		if rand.IntN(3) > 0 && q.tickets[of] != nil {
			mark := q.marks[of]
			if rand.IntN(3) == 0 { // then nobody can tell whose it is before that is settled
				mark = uuid.UUID{}
			}
			part = fmt.Sprintf(`{"id":%q,"summary":%q,"at":%d,"mark":%q}`, of, q.tickets[of].GetSummary(), 1_700_000_000+2*q.clock.Add(1), mark)
		}
		parts = append(parts, part)
	}
	q.mu.Unlock()
	rand.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return q.call("[" + strings.Join(parts, ",") + "]")
}

func (q *quay) call(body string) int {
	req := httptest.NewRequest(http.MethodPost, "/webhooks/acme/"+path, strings.NewReader(body))
	req.Header.Set("Proof", "yes")
	answer := httptest.NewRecorder()
	q.mux.ServeHTTP(answer, req)
	return answer.Code
}

func (q *quay) fetch(_ context.Context, _ string, ref mirror.Ref) ([]mirror.Observation, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tickets[ref.VendorID] == nil {
		return []mirror.Observation{{Ref: ref, Presence: mirror.Absent}}, nil
	}
	return []mirror.Observation{q.seen(ref.VendorID)}, nil
}

func (q *quay) probe(context.Context, *job.Job, *psav1.Ticket) (job.Answer, error) {
	return job.Answer{}, nil
}

// page applies a page of a listing, in no order.
func (q *quay) page(ctx context.Context) error {
	return pg.InTx(ctx, q.r.DB, func(tx pgx.Tx) error {
		now, err := mirror.Now(ctx, tx)
		if err != nil {
			return err
		}
		q.mu.Lock()
		var rows []mirror.Observation
		for id := range q.tickets {
			o := q.seen(id)
			o.Source, o.Opened = mirror.Sweep, now
			rows = append(rows, o)
		}
		q.mu.Unlock()
		_, err = q.r.Mirror.Apply(ctx, tx, "acme", rows)
		return err
	})
}

// Whoever settles, takes in deliveries, fetches, sweeps and accepts locks in one order: none waits for another that waits for it.
// Creates are among them, whose tickets are told of before they are settled.
func TestNobodyWaitsForWhoWaitsForHim(t *testing.T) {
	r := start(t)
	ctx := t.Context()
	var database string
	if err := r.DB.QueryRow(ctx, "select current_database()").Scan(&database); err != nil {
		t.Fatal(err)
	}
	if _, err := r.DB.Exec(ctx, "alter database "+database+" set deadlock_timeout = '3ms'"); err != nil { // sooner than anybody gives up
		t.Fatal(err)
	}
	r.DB.Reset()
	q := &quay{r: r, mux: http.NewServeMux(), tickets: map[string]*psav1.Ticket{}, marks: map[string]uuid.UUID{}}
	for range 8 {
		q.last++
		q.tickets[strconv.Itoa(q.last)] = &psav1.Ticket{Summary: "old"}
		r.Learn(t, "acme", strconv.Itoa(q.last), "old")
	}
	jobs, stop := q.work(t)
	receiver := delivery.New(r.DB, r.Mirror, signed{}, delivery.Config{Paths: map[string]string{"acme": path}}, func(string) { jobs.Wake("acme", "") }, r.Log)
	receiver.Mount(q.mux)
	q.storm(t, jobs)
	fixture.Eventually(t, "all of it is done", func() bool {
		var pending mirror.Query
		pending.Pending()
		rows, err := r.Mirror.List(ctx, r.DB, "ticket", "acme", pending, mirror.Place{}, 1)
		return err == nil && len(rows) == 0
	})
	stop()
	r.DB.Close()
	if n := deadlocks(t, r.DB.Config().ConnConfig, database); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}

// A ticket that we have just made is told of by two at once, of whom one cannot know whose it is: whoever comes second finds it there, and
// it is one.
func TestWhatTwoFindAtOnceIsOne(t *testing.T) {
	r, q := start(t), &quay{mux: http.NewServeMux()}
	q.r = r
	delivery.New(r.DB, r.Mirror, signed{}, delivery.Config{Paths: map[string]string{"acme": path}}, func(string) {}, r.Log).Mount(q.mux)
	op, err := job.Operation[*psav1.Ticket]{
		Name: "Create", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Probe: q.probe, Attempt: q.change,
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := job.NewStore(r.DB, r.Mirror, r.Gate, []*job.Op{op}, nil)
	if err != nil {
		t.Fatal(err)
	}
	uid, mark := r.Accept(t, jobs, fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: "printer"})
	held, err := r.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback(context.Background()) }()
	stranger := fixture.Ticket("77", "printer")
	stranger.Source, stranger.VendorTime = mirror.Snapshot, time.Unix(1_700_000_000, 0)
	if _, err := r.Mirror.Apply(t.Context(), held, "acme", []mirror.Observation{stranger}); err != nil {
		t.Fatal(err)
	}
	answer := make(chan int)
	go func() {
		answer <- q.call(fmt.Sprintf(`[{"id":"77","summary":"printer","at":1700000002,"mark":%q}]`, mark))
	}()
	fixture.Eventually(t, "the other waits for it", func() bool {
		return r.count(t, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
			and clock_timestamp() - query_start > interval '100 milliseconds'`) > 0
	})
	if err := held.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; got != http.StatusOK {
		t.Errorf("the call was answered %d", got)
	}
	is, err := r.Mirror.Locate(t.Context(), r.DB, "acme", mirror.Ref{Kind: "ticket", VendorID: "77"})
	if err != nil || is != uid {
		t.Errorf("ticket 77 is %v, %v; want what was created, %v", is, err, uid)
	}
}

// work starts two replicas of a worker.
func (q *quay) work(t *testing.T) (jobs *job.Store, stop func()) {
	t.Helper()
	var ops []*job.Op
	for _, o := range []job.Operation[*psav1.Ticket]{
		{Name: "Create", Effect: mirror.Creates, Safety: job.Probed, Probe: q.probe}, {Name: "Update", Safety: job.Idempotent},
	} {
		o.Kind, o.Attempt = "ticket", q.change
		op, err := o.Bind()
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, op)
	}
	var workers []*job.Worker
	jobs, err := job.NewStore(q.r.DB, q.r.Mirror, q.r.Gate, ops, func(c, _ string) {
		for _, w := range workers {
			w.Wake(c)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		workers = append(workers, job.NewWorker(jobs, q.r.Mirror, map[string]job.Fetch{"ticket": q.fetch}, []string{"acme"}, job.Config{Scan: 20 * time.Millisecond}, q.r.Log))
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, w := range workers {
		running.Go(func() { _ = w.Run(ctx) })
	}
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	t.Cleanup(stop)
	return jobs, stop
}

// storm lets everybody do what he does, for a while.
func (q *quay) storm(t *testing.T, jobs *job.Store) {
	t.Helper()
	var g errgroup.Group
	until := time.Now().Add(2 * time.Second)
	often := func(do func() error) {
		g.Go(func() error {
			for time.Now().Before(until) {
				if err := do(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for range 3 {
		often(func() error {
			x := fixture.Write{Operation: "Update", Target: mirror.Target{VendorID: strconv.Itoa(1 + rand.IntN(8))}, Summary: fmt.Sprint("v", rand.IntN(100))}
			if rand.IntN(5) == 0 {
				x = fixture.Write{Operation: "Create", Effect: mirror.Creates, Summary: x.Summary}
			}
			_, _, err := q.r.TryAccept(t, jobs, x)
			if err != nil && strings.Contains(err.Error(), "TOO_MANY_PENDING") {
				err = nil
			}
			return err
		})
		often(func() error {
			if status := q.tell(strconv.Itoa(1 + rand.IntN(8))); status != http.StatusOK {
				return fmt.Errorf("a call was answered %d", status)
			}
			return nil
		})
	}
	often(func() error { return q.page(t.Context()) })
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// deadlocks is how many Postgres has broken in a database that nobody uses any more: its sessions tell when they end.
func deadlocks(t *testing.T, config *pgx.ConnConfig, database string) (n int) {
	t.Helper()
	conn, err := pgx.ConnectConfig(t.Context(), config.Copy())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	fixture.Eventually(t, "all sessions have ended", func() bool {
		var others int
		err := conn.QueryRow(t.Context(), `select count(*) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()`, database).Scan(&others)
		return err == nil && others == 0
	})
	if err := conn.QueryRow(t.Context(), `select deadlocks from pg_stat_database where datname = $1`, database).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
