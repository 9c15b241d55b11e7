package breaker_test

import (
	"testing"
	"time"

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
			b := breaker.Breaker{}.Record(breaker.Config{}, row.calls, row.failures, start)
			if b.State != row.want {
				t.Errorf("state %v, want %v", b.State, row.want)
			}
		})
	}
}

func TestOldFailuresAreForgotten(t *testing.T) {
	b := breaker.Breaker{}.Record(breaker.Config{}, 9, 9, start)
	b = b.Record(breaker.Config{}, 9, 0, start.Add(time.Minute))
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
	if got := b.Record(breaker.Config{}, 100, 0, start.Add(time.Second)); got != b {
		t.Errorf("an open breaker was moved by late successes: %+v", got)
	}
}

func TestOneProbeAtATime(t *testing.T) {
	b := breaker.Breaker{}.Trip(breaker.Config{Cooldown: time.Second}, "x", start).Probing(10*time.Second, start.Add(time.Second))
	if b.State != breaker.HalfOpen || !b.RetryAt.Equal(start.Add(11*time.Second)) {
		t.Errorf("while probing: %+v, want half open until the probe's patience is over", b)
	}
}
