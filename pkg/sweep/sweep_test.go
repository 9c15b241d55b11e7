package sweep_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// feed is a vendor's feed of two pages, as a test wants it.
type feed struct {
	calls atomic.Int64
	next  func(n int, place string) (sweep.Page, error)
}

func (f *feed) plan(every time.Duration) sweep.Plan {
	return sweep.Plan{Kind: "ticket", Every: every, Next: func(_ context.Context, _ string, place []byte) (sweep.Page, error) {
		return f.next(int(f.calls.Add(1)), string(place))
	}}
}

type rig struct {
	*fixture.World
	runner *sweep.Runner
}

func start(t *testing.T, w *fixture.World, plans ...sweep.Plan) *rig {
	t.Helper()
	r := &rig{World: w, runner: sweep.New(w.DB, w.Mirror, plans, []string{"acme"}, sweep.Config{Replica: "r", Poll: 5 * time.Millisecond}, func(string) {}, w.Log)}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = r.runner.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return r
}

func (r *rig) text(t *testing.T, column string) (s string) {
	t.Helper()
	err := r.DB.QueryRow(context.Background(), fmt.Sprintf("select coalesce(max(%s::text), '') from cursor where kind = 'ticket'", column)).Scan(&s)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (r *rig) count(t *testing.T, sql string) (n int) {
	t.Helper()
	if err := r.DB.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func rows(from, to int) (obs []mirror.Observation) {
	for i := from; i < to; i++ {
		obs = append(obs, fixture.Ticket(strconv.Itoa(i), "s"))
	}
	return obs
}

// Promise 6: a sweep that was interrupted goes on where the last page was saved, and what it read to the end is fresh.
func TestASweepGoesOnFromTheLastSavedPage(t *testing.T) {
	f := &feed{}
	f.next = func(n int, place string) (sweep.Page, error) {
		switch {
		case n == 2:
			return sweep.Page{}, &fault.Error{Kind: fault.Unavailable, Reason: "DOWN", RetryAfter: time.Millisecond}
		case place == "":
			return sweep.Page{Observations: rows(0, 10), Place: []byte("page 2"), More: true, Expected: 20}, nil
		}
		return sweep.Page{Observations: rows(10, 20), Place: []byte("end"), Complete: true, Expected: 20}, nil
	}
	r := start(t, fixture.New(t), f.plan(time.Hour))
	fixture.Eventually(t, "the feed is swept", func() bool { return r.text(t, "swept_at") != "" })
	if n := r.count(t, "select count(*) from ticket"); n != 20 || f.calls.Load() != 3 {
		t.Errorf("%d tickets after %d calls, want 20 after 3", n, f.calls.Load())
	}
	if got := r.text(t, "convert_from(place, 'utf8')"); got != "end" {
		t.Errorf("place %q, want the end", got)
	}
}

// A cursor never moves past what has not been applied or kept.
func TestAPageThatIsNotAppliedMovesNothing(t *testing.T) {
	w := fixture.New(t)
	if _, err := w.DB.Exec(context.Background(), `alter table ticket add constraint small check (length(summary) < 5)`); err != nil {
		t.Fatal(err)
	}
	f := &feed{next: func(int, string) (sweep.Page, error) {
		bad := rows(0, 3)
		bad[1] = fixture.Ticket("1", "far too long")
		return sweep.Page{Observations: bad, Place: []byte("moved"), Complete: true}, nil
	}}
	r := start(t, w, f.plan(time.Millisecond))
	fixture.Eventually(t, "it failed twice", func() bool { return f.calls.Load() > 2 })
	if p, n := r.text(t, "convert_from(place, 'utf8')"), r.count(t, "select count(*) from ticket"); p != "" || n != 0 {
		t.Errorf("place %q and %d tickets after a page that could not be applied", p, n)
	}
	if r.text(t, "error") == "" {
		t.Error("nobody is told why")
	}
}

func TestAnIgnoredFilterIsNoticed(t *testing.T) {
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	old := fixture.Ticket("1", "s")
	old.VendorTime = since.Add(-time.Hour)
	f := &feed{next: func(int, string) (sweep.Page, error) {
		return sweep.Page{Observations: []mirror.Observation{old}, Since: since, Place: []byte("moved"), Complete: true}, nil
	}}
	fallback := f.plan(time.Hour)
	seen := make(chan string, 1)
	fallback.Unfiltered = func([]byte) []byte { return []byte("rotate") }
	next := fallback.Next
	fallback.Next = func(ctx context.Context, c string, place []byte) (sweep.Page, error) {
		if string(place) == "rotate" {
			select {
			case seen <- "rotating":
			default:
			}
			return sweep.Page{Observations: rows(0, 1), Place: place}, nil
		}
		return next(ctx, c, place)
	}
	start(t, fixture.New(t), fallback)
	select {
	case <-seen:
	case <-time.After(20 * time.Second):
		t.Error("the sweep did not fall back")
	}
}

func TestAnAlertStandsUntilAPageComesWithoutIt(t *testing.T) {
	var kept atomic.Bool
	f := &feed{next: func(int, string) (sweep.Page, error) {
		page := sweep.Page{Observations: rows(0, 2), Complete: true}
		if !kept.Load() {
			page.Alert = sweep.OrderIgnored + ": by name"
		}
		return page, nil
	}}
	r := start(t, fixture.New(t), f.plan(time.Millisecond))
	fixture.Eventually(t, "it is swept, and somebody is told", func() bool { return r.text(t, "swept_at") != "" && r.text(t, "error") == "ORDER_IGNORED: by name" })
	kept.Store(true)
	fixture.Eventually(t, "nobody is told any more", func() bool { return r.text(t, "error") == "" })
}

// What drifts is kept for a person; a page full of it stops the sweep instead of burying everything.
func TestDriftIsKeptAndAFloodOfItStops(t *testing.T) {
	drift := func(n int) (ds []sweep.Drift) {
		for i := range n {
			ds = append(ds, sweep.Drift{Ref: mirror.Ref{Kind: "ticket", VendorID: strconv.Itoa(1000 + i)}, Field: "status", Message: "missing", Payload: []byte("{}")})
		}
		return ds
	}
	for name, row := range map[string]struct{ drifted, dead, tickets int }{
		"one of many is kept":    {1, 1, 50},
		"a flood stops the page": {40, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			f := &feed{next: func(int, string) (sweep.Page, error) {
				return sweep.Page{Observations: rows(0, 50), Drifted: drift(row.drifted), Place: []byte("x"), Complete: true}, nil
			}}
			r := start(t, fixture.New(t), f.plan(time.Millisecond))
			fixture.Eventually(t, "three sweeps", func() bool { return f.calls.Load() > 3 })
			if n := r.count(t, "select count(*) from dead_letter where class = 'SCHEMA_DRIFT'"); n != row.dead {
				t.Errorf("%d dead letters, want %d", n, row.dead)
			}
			if n := r.count(t, "select count(*) from ticket"); n != row.tickets {
				t.Errorf("%d tickets, want %d", n, row.tickets)
			}
		})
	}
}

// Promise 6: what no delivery announced within the vendor's usual delay is counted as missed, once.
func TestMissedDeliveriesAreCounted(t *testing.T) {
	edited := atomic.Bool{}
	f := &feed{}
	f.next = func(int, string) (sweep.Page, error) {
		obs := rows(0, 10)
		if edited.Load() {
			for i := range 4 {
				obs[i] = fixture.Ticket(strconv.Itoa(i), "edited")
			}
		}
		return sweep.Page{Observations: obs, Place: []byte("x"), Complete: true}, nil
	}
	r := start(t, fixture.New(t), f.plan(5*time.Millisecond))
	fixture.Eventually(t, "the backfill is done", func() bool { return r.text(t, "swept_at") != "" })
	edited.Store(true)
	fixture.Eventually(t, "the changes are noticed", func() bool { return r.count(t, "select count(*) from unannounced") == 4 })
	if _, err := r.DB.Exec(context.Background(), `delete from unannounced where vendor_id = '0'`); err != nil { // its delivery came late
		t.Fatal(err)
	}
	fixture.Eventually(t, "they are counted", func() bool {
		if err := r.runner.CountMissed(context.Background()); err != nil {
			t.Fatal(err)
		}
		return r.text(t, "missed") == "3"
	})
}

// One replica holds a sweep's lease, and one that outlived it changes nothing.
func TestALeaseThatIsLostChangesNothing(t *testing.T) {
	release := make(chan struct{})
	f := &feed{}
	f.next = func(n int, _ string) (sweep.Page, error) {
		if n == 1 {
			<-release
			return sweep.Page{Observations: rows(0, 5), Place: []byte("zombie"), Complete: true}, nil
		}
		return sweep.Page{Observations: rows(5, 6), Place: []byte("heir"), Complete: true}, nil
	}
	w := fixture.New(t)
	r := start(t, w, f.plan(time.Hour))
	fixture.Eventually(t, "the first replica reads", func() bool { return f.calls.Load() == 1 })
	if _, err := w.DB.Exec(context.Background(), `update cursor set lease_until = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	start(t, w, f.plan(time.Hour))
	fixture.Eventually(t, "the heir has swept", func() bool { return r.text(t, "convert_from(place, 'utf8')") == "heir" })
	close(release)
	fixture.Eventually(t, "nothing of the zombie's is there", func() bool { return r.count(t, "select count(*) from ticket") == 1 })
	if got := r.text(t, "convert_from(place, 'utf8')"); got != "heir" {
		t.Errorf("place %q, want the heir's", got)
	}
}
