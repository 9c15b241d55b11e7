package gate_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/schema"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	url := pgtest.Migrated(t, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")})
	db, err := pg.Open(t.Context(), url, pg.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// vendor answers probes as a test wants.
type vendor struct {
	ill   atomic.Bool
	looks atomic.Int64
}

func (v *vendor) Ping(context.Context, gate.Key) error {
	v.looks.Add(1)
	if v.ill.Load() {
		return &fault.Error{Kind: fault.Unavailable, Reason: "DOWN"}
	}
	return nil
}

// replica runs a keeper of its own on db.
func replica(t *testing.T, db *pgxpool.Pool, c gate.Config, v *vendor) *gate.Keeper {
	t.Helper()
	return keeping(t, db, c, v)
}

func keeping(t *testing.T, db *pgxpool.Pool, c gate.Config, v gate.Pinger) *gate.Keeper {
	t.Helper()
	k := gate.New(db, map[string]gate.Config{"acme": c, "other": c}, slog.New(slog.NewTextHandler(t.Output(), nil)))
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = k.Run(ctx, v) })
	t.Cleanup(func() { stop(); running.Wait() })
	return k
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// seen is the row of acme's own key.
func seen(t *testing.T, db *pgxpool.Pool) gate.Status {
	t.Helper()
	all, err := gate.List(context.Background(), db, []string{"acme"})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return gate.Status{}
	}
	return all[0]
}

func ask() context.Context { return unit("", budget.Write, 0) }

// unit is of work that never comes to its end.
func unit(name string, c budget.Class, granted int) context.Context {
	ctx, _ := gate.With(context.Background(), name, c, granted)
	return ctx
}

func passes(k *gate.Keeper, connection string) bool { return k.For(connection).Pass(ask()) == nil }

func report(k *gate.Keeper, kind fault.Kind, entity string) { reportOf(k, "acme", kind, entity) }

func reportOf(k *gate.Keeper, connection string, kind fault.Kind, entity string) {
	var f *fault.Error
	if kind != fault.Unknown {
		f = &fault.Error{Kind: kind, Reason: "X"}
	}
	k.For(connection).Report(ask(), upstream.Outcome{Fault: f, Entity: entity})
}

func limited(l ...budget.Limit) gate.Config { return gate.Config{Budget: budget.Terms{Limits: l}} }

var quick = gate.Config{Breaker: breaker.Config{MinCalls: 4, Cooldown: 50 * time.Millisecond, MaxCooldown: 100 * time.Millisecond}}

// Promise 7: a bad vendor opens its own gate in every replica, nobody else's, and the cheap read closes it.
func TestABreakerIsSharedAndProbed(t *testing.T) {
	db, v := database(t), &vendor{}
	v.ill.Store(true)
	a, b := replica(t, db, quick, v), replica(t, db, quick, v)
	for _, entity := range []string{"1", "2", "3", "4"} {
		report(a, fault.Unavailable, entity)
	}
	eventually(t, "both replicas see it open", func() bool { return !passes(a, "acme") && !passes(b, "acme") })
	if !passes(a, "other") || !passes(b, "other") {
		t.Error("another connection's gate is closed")
	}
	eventually(t, "an ill vendor is looked at again", func() bool { return v.looks.Load() > 1 })
	v.ill.Store(false)
	eventually(t, "both replicas see it closed", func() bool { return passes(a, "acme") && passes(b, "acme") })
}

func TestWhatDoesNotOpenTheBreaker(t *testing.T) {
	for name, row := range map[string]struct {
		kind     fault.Kind
		entities []string
	}{
		"one entity, however often":          {fault.Unavailable, []string{"1", "1", "1", "1", "1", "1", "1", "1"}},
		"refusals: the vendor is working":    {fault.Invalid, []string{"1", "2", "3", "4", "5"}},
		"absences: the vendor is working":    {fault.NotFound, []string{"1", "2", "3", "4", "5"}},
		"429s hold the gate, and no breaker": {fault.Throttled, []string{"1", "2", "3", "4", "5"}},
	} {
		t.Run(name, func(t *testing.T) {
			db, v := database(t), &vendor{}
			k := replica(t, db, quick, v)
			for _, e := range row.entities {
				report(k, row.kind, e)
			}
			report(k, fault.Unknown, "ok")
			eventually(t, "the reports are written", func() bool { return seen(t, db).Calls > 0 })
			if is := seen(t, db); is.State != breaker.Closed {
				t.Errorf("state %v, want closed", is.State)
			}
		})
	}
}

// Promise 8: a 429 holds the key in every replica for as long as the vendor says.
func TestA429HoldsEverywhere(t *testing.T) {
	db, v := database(t), &vendor{}
	c := limited(budget.Limit{Calls: 1000, Window: time.Second})
	a, b := replica(t, db, c, v), replica(t, db, c, v)
	a.For("acme").Report(ask(), upstream.Outcome{Fault: &fault.Error{Kind: fault.Throttled, RetryAfter: time.Hour}})
	eventually(t, "both replicas hold", func() bool { return !passes(a, "acme") && !passes(b, "acme") })
	if !passes(b, "other") {
		t.Error("another connection is held")
	}
}

// looker tells how often each connection's vendor was asked whether it is well; none is.
type looker struct {
	mu    sync.Mutex
	looks map[string]int
}

func (v *looker) Ping(_ context.Context, key gate.Key) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.looks[key.Connection]++
	return &fault.Error{Kind: fault.Unavailable, Reason: "DOWN"}
}

func (v *looker) of(connection string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.looks[connection]
}

// A vendor that says when to come again is not asked before whether it is well, either.
func TestAProbeWaitsAsLongAsTheVendorAsks(t *testing.T) {
	db, v := database(t), &looker{looks: map[string]int{}}
	k := keeping(t, db, quick, v)
	for connection, wait := range map[string]time.Duration{"acme": time.Hour, "other": 0} {
		for range 4 {
			k.For(connection).Report(ask(), upstream.Outcome{Fault: &fault.Error{Kind: fault.Unavailable, Reason: "503", RetryAfter: wait}})
		}
	}
	eventually(t, "both are open", func() bool { return !passes(k, "acme") && !passes(k, "other") })
	eventually(t, "the one is asked again and again", func() bool { return v.of("other") > 3 })
	if n := v.of("acme"); n > 0 {
		t.Errorf("the other was asked %d times within the hour for which it wants to be left alone", n)
	}
	var f *fault.Error
	if err := k.For("acme").Pass(ask()); !errors.As(err, &f) || f.RetryAfter < 50*time.Minute {
		t.Errorf("who calls is told to come again too soon: %v", err)
	}
}

// hurried answers each probe that it is to come again in an hour.
type hurried struct{ looks atomic.Int64 }

func (v *hurried) Ping(context.Context, gate.Key) error {
	v.looks.Add(1)
	return &fault.Error{Kind: fault.Unavailable, Reason: "503", RetryAfter: time.Hour}
}

// The answer of a probe may say itself when to come again: there is no other before that.
func TestAProbesAnswerSaysWhenToAskAgain(t *testing.T) {
	db, v := database(t), &hurried{}
	k := keeping(t, db, quick, v)
	for _, entity := range []string{"1", "2", "3", "4"} {
		report(k, fault.Unavailable, entity)
	}
	var f *fault.Error
	eventually(t, "callers are told to come again in an hour", func() bool {
		return errors.As(k.For("acme").Pass(ask()), &f) && f.RetryAfter > 50*time.Minute
	})
	if is := seen(t, db); v.looks.Load() != 1 || is.State != breaker.Open || time.Until(is.HoldUntil) < 50*time.Minute {
		t.Errorf("asked %d times, %v until %v; want one look and a hold of an hour", v.looks.Load(), is.State, is.HoldUntil)
	}
}

// Several 429s at once are one lesson; the next, after the wait, is another.
func TestLimitsAreLearnedFrom429s(t *testing.T) {
	db, v := database(t), &vendor{}
	c := limited(budget.Limit{Calls: 100, Window: time.Second, Share: 1})
	replicas := []*gate.Keeper{replica(t, db, c, v), replica(t, db, c, v)}
	refused := upstream.Outcome{Fault: &fault.Error{Kind: fault.Throttled, RetryAfter: 2 * time.Second}}
	for range 5 {
		for _, k := range replicas {
			k.For("acme").Report(ask(), refused)
		}
	}
	part := func() float64 { is := seen(t, db); return is.Budget.Learned.Part }
	eventually(t, "it is learned", func() bool { return part() > 0 })
	eventually(t, "calls pass again", func() bool { return passes(replicas[0], "acme") })
	if part() != 0.75 {
		t.Errorf("ten refusals at once left %v of the limit, want three quarters", part())
	}
	replicas[1].For("acme").Report(ask(), refused)
	eventually(t, "more is learned", func() bool { return part() < 0.6 })
}

// Refused credentials stop the connection; when a person has acted, the next probe opens it.
func TestRefusedCredentialsStopAndComeBack(t *testing.T) {
	db, v := database(t), &vendor{}
	v.ill.Store(true)
	k := replica(t, db, quick, v)
	report(k, fault.Unauthorized, "")
	eventually(t, "it is stopped", func() bool { return !passes(k, "acme") })
	v.ill.Store(false)
	eventually(t, "it is open again", func() bool { return passes(k, "acme") })
}

// Promise 8: replicas together never take more than the bucket holds.
func TestReplicasShareOneBudget(t *testing.T) {
	db := database(t)
	c := limited(budget.Limit{Calls: 100, Window: time.Hour, Share: 1, Burst: 20})
	var taken atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		k := gate.New(db, map[string]gate.Config{"acme": c}, slog.New(slog.DiscardHandler))
		all.Go(func() {
			for range 10 {
				err := pg.InTx(context.Background(), db, func(tx pgx.Tx) error {
					g, err := k.Take(context.Background(), tx, "acme", gate.Ask{Class: budget.Write, Calls: 3})
					if err == nil {
						taken.Add(int64(g[0].Calls))
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := taken.Load(); got != 20 {
		t.Errorf("%d calls taken at once from a bucket of 20", got)
	}
}

func TestAClosedGateSaysWhenToComeAgainAndThatNothingWasSent(t *testing.T) {
	db := database(t)
	c := limited(budget.Limit{Calls: 1, Window: time.Hour, Share: 1, Burst: 1})
	k := gate.New(db, map[string]gate.Config{"acme": c}, slog.New(slog.DiscardHandler))
	if !passes(k, "acme") {
		t.Fatal("the first call does not pass")
	}
	var f *fault.Error
	if err := k.For("acme").Pass(ask()); !errors.As(err, &f) || f.Reason != gate.ReasonBudget || f.RetryAfter <= 0 || f.MayApply {
		t.Errorf("the second call: %+v, want BUDGET with a wait, not sent", f)
	}
}
