package load_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
)

// taking is a call that takes d.
func taking(d time.Duration) load.Call {
	return func(context.Context, int) error { time.Sleep(d); return nil }
}

func TestClientsCallAgainAsSoonAsTheyAreAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := load.Closed(t.Context(), 4, time.Second, taking(10*time.Millisecond))
		if err != nil || r.Calls != 400 || r.Took != time.Second || r.PerSecond() != 400 {
			t.Errorf("%d calls in %v (%v), want 400 in a second", r.Calls, r.Took, err)
		}
		if p50 := r.Millis(0.5); p50 < 9.9 || p50 > 10.1 {
			t.Errorf("half of them took %v ms, want 10", p50)
		}
	})
}

func TestAPaceDoesNotWaitForAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		clients    int
		call       time.Duration
		calls      int
		took       time.Duration
		first, p99 float64 // milliseconds
	}{
		"clients enough":         {10, 20 * time.Millisecond, 100, time.Second + 10*time.Millisecond, 20, 20},
		"too few: they are late": {1, 20 * time.Millisecond, 100, 2 * time.Second, 20, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, err := load.Paced(t.Context(), c.clients, 100, time.Second, taking(c.call))
				if err != nil || r.Calls != c.calls || r.Took != c.took {
					t.Errorf("%d calls in %v (%v), want %d in %v", r.Calls, r.Took, err, c.calls, c.took)
				}
				if first, p99 := r.Millis(0), r.Millis(0.99); first < 0.99*c.first || p99 < 0.98*c.p99 || p99 > 1.02*c.p99 {
					t.Errorf("from %v to %v ms, want %v to %v", first, p99, c.first, c.p99)
				}
			})
		})
	}
}

func TestACallThatFailsEndsTheRun(t *testing.T) {
	broken := errors.New("broken")
	once := func(_ context.Context, client int) error {
		time.Sleep(time.Millisecond)
		if client == 1 {
			return broken
		}
		return nil
	}
	for name, run := range map[string]func(context.Context) (load.Run, error){
		"of clients that call again": func(ctx context.Context) (load.Run, error) { return load.Closed(ctx, 3, time.Hour, once) },
		"at a pace":                  func(ctx context.Context) (load.Run, error) { return load.Paced(ctx, 3, 100, time.Hour, once) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if _, err := run(t.Context()); !errors.Is(err, broken) {
					t.Errorf("ended with %v, want what the call failed with", err)
				}
			})
		})
	}
}

func TestClientsShareSoManyCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, err := load.Times(t.Context(), 4, 10, taking(10*time.Millisecond))
		if err != nil || r.Calls != 10 || r.Took != 30*time.Millisecond {
			t.Errorf("%d calls in %v (%v), want 10 in 30 ms", r.Calls, r.Took, err)
		}
	})
}
