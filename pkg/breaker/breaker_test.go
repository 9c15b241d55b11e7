package breaker_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func TestItOpensOnFailureRateOnly(t *testing.T) {
	for name, row := range map[string]struct {
		calls, failures int
		want            breaker.State
	}{
		"half of enough calls failed":      {10, 5, breaker.Open},
		"fewer than half failed":           {10, 4, breaker.Closed},
		"all of too few failed":            {9, 9, breaker.Closed},
		"a thousand calls, none a failure": {1000, 0, breaker.Closed},
	} {
		t.Run(name, func(t *testing.T) {
			b := breaker.Breaker{}.Record(breaker.Config{}, breaker.Report{Calls: row.calls, Failures: row.failures}, start)
			if b.State != row.want {
				t.Errorf("state %v, want %v", b.State, row.want)
			}
		})
	}
}

func TestOldFailuresAreForgotten(t *testing.T) {
	b := breaker.Breaker{}.Record(breaker.Config{}, breaker.Report{Calls: 9, Failures: 9}, start)
	b = b.Record(breaker.Config{}, breaker.Report{Calls: 9}, start.Add(time.Minute))
	if b.State != breaker.Closed {
		t.Errorf("state %v: failures of a past window counted", b.State)
	}
}

func TestCooldownGrowsUntilASuccess(t *testing.T) {
	c := breaker.Config{Cooldown: time.Second, MaxCooldown: 5 * time.Second}
	var b breaker.Breaker
	for _, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 5 * time.Second, 5 * time.Second} {
		b = b.Trip(c, "x", start)
		if got := b.RetryAt.Sub(start); got != want {
			t.Errorf("opening %d: probe after %v, want %v", b.Opens, got, want)
		}
	}
	if b = b.Close(start).Trip(c, "x", start); b.RetryAt.Sub(start) != time.Second {
		t.Errorf("after a success the cool-down starts at %v, want 1s", b.RetryAt.Sub(start))
	}
}

func TestLateNewsDoesNotMoveAnOpenBreaker(t *testing.T) {
	b := breaker.Breaker{}.Trip(breaker.Config{}, "x", start)
	if got := b.Record(breaker.Config{}, breaker.Report{Calls: 100}, start.Add(time.Second)); !reflect.DeepEqual(got, b) {
		t.Errorf("an open breaker was moved by late successes: %+v", got)
	}
}

func TestOneProbeAtATime(t *testing.T) {
	b := breaker.Breaker{}.Trip(breaker.Config{Cooldown: time.Second}, "x", start).Probing(10*time.Second, start.Add(time.Second))
	if b.State != breaker.HalfOpen || !b.RetryAt.Equal(start.Add(11*time.Second)) {
		t.Errorf("while probing: %+v, want half open until the probe's patience is over", b)
	}
}

// Whichever replica saw it, and in however many reports: an entity counts once in a window, and again in the next.
func TestAnEntityCountsOnceInAWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := breaker.Config{MinCalls: 1 << 30}
		var b breaker.Breaker
		seen, calls, now := map[int64]bool{}, 0, start
		for range rapid.IntRange(1, 50).Draw(t, "reports") {
			now = now.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "s")) * time.Second)
			if now.Sub(b.WindowAt) >= time.Minute {
				seen, calls = map[int64]bool{}, 0
			}
			ill := rapid.SliceOfNDistinct(rapid.Int64Range(1, 20), 0, 5, rapid.ID[int64]).Draw(t, "ill")
			healthy := rapid.IntRange(0, 5).Draw(t, "healthy")
			b = b.Record(c, breaker.Report{Calls: healthy + len(ill), Ill: ill}, now)
			calls += healthy
			for _, e := range ill {
				if !seen[e] {
					seen[e] = true
					calls++
				}
			}
			if b.Failures != len(seen) || b.Calls != calls {
				t.Fatalf("%d of %d calls failed, want %d of %d", b.Failures, b.Calls, len(seen), calls)
			}
		}
	})
}

func TestMemoryOfEntitiesIsBounded(t *testing.T) {
	c := breaker.Config{MinCalls: 1 << 30}
	var b breaker.Breaker
	for e := range int64(3 * breaker.MaxIll) {
		b = b.Record(c, breaker.Report{Calls: 1, Ill: []int64{e}}, start)
	}
	if len(b.Ill) != breaker.MaxIll || b.Failures != 3*breaker.MaxIll {
		t.Errorf("%d entities kept, %d failures; want %d kept and all counted", len(b.Ill), b.Failures, breaker.MaxIll)
	}
}

func TestOpenedByHand(t *testing.T) {
	forced := breaker.Breaker{}.Force("ann", "maintenance", start.Add(time.Hour), start)
	for name, row := range map[string]struct {
		is   breaker.Breaker
		want breaker.State
		due  time.Duration // of the probe; 0: never
	}{
		"it stays open":                       {forced, breaker.Forced, time.Hour},
		"successes do not close it":           {forced.Record(breaker.Config{}, breaker.Report{Calls: 100}, start), breaker.Forced, time.Hour},
		"without a time nobody probes it":     {breaker.Breaker{}.Force("ann", "x", time.Time{}, start), breaker.Forced, 0},
		"at its time a probe decides":         {forced.Probing(time.Minute, start.Add(time.Hour)), breaker.HalfOpen, time.Hour + time.Minute},
		"by hand it closes":                   {forced.Release("bob", "done", start), breaker.Closed, 0},
		"what had opened by itself is forced": {breaker.Breaker{}.Trip(breaker.Config{}, "x", start).Force("ann", "x", time.Time{}, start), breaker.Forced, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if row.is.State != row.want {
				t.Errorf("state %v, want %v", row.is.State, row.want)
			}
			if due := start.Add(row.due); row.is.ProbeDue(due) != (row.due > 0) || row.is.ProbeDue(due.Add(-1)) {
				t.Errorf("a probe is not due exactly after %v: %+v", row.due, row.is)
			}
		})
	}
}
