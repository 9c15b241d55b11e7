package budget_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// Promise 8: within any rolling window no more than our share is taken, whoever asks and whenever.
func TestNoWindowIsOvershot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := budget.Limit{Calls: rapid.IntRange(5, 500).Draw(t, "calls"), Window: 5 * time.Minute, Share: 0.8}
		l.Burst = rapid.IntRange(0, l.Calls).Draw(t, "burst")
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		var b budget.Bucket
		type taking struct {
			at time.Time
			n  int
		}
		var taken []taking
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 60_000).Draw(t, "ms")) * time.Millisecond)
			var got int
			b, got, _ = b.Take(l, budget.Class(rapid.IntRange(0, 3).Draw(t, "class")), rapid.IntRange(0, 50).Draw(t, "want"), now)
			taken = append(taken, taking{now, got})
			sum := 0
			for _, x := range taken {
				if now.Sub(x.at) < l.Window {
					sum += x.n
				}
			}
			if most := max(1, int(float64(l.Calls)*l.Share)) + 1; sum > most {
				t.Fatalf("%d calls in one window, our share is %d", sum, most-1)
			}
		}
	})
}

func TestClasses(t *testing.T) {
	l := budget.Limit{Calls: 100, Window: 100 * time.Second, Share: 1, Burst: 10}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		level float64
		class budget.Class
		want  int
	}{
		"a write takes the last call":               {1, budget.Write, 1},
		"a fetch leaves a tenth for writes":         {1.5, budget.Fetch, 0},
		"a sweep leaves three tenths":               {3.5, budget.Sweep, 0},
		"a sweep takes what is above three tenths":  {9, budget.Sweep, 6},
		"a backfill leaves half":                    {9, budget.Backfill, 4},
		"nobody takes from an empty bucket":         {0.5, budget.Write, 0},
		"a full bucket serves everyone":             {10, budget.Backfill, 5},
		"a bucket is never fuller than it is large": {99, budget.Write, 10},
	} {
		t.Run(name, func(t *testing.T) {
			_, got, wait := budget.Bucket{Level: row.level, At: now}.Take(l, row.class, 20, now)
			if got != row.want {
				t.Errorf("got %d, want %d", got, row.want)
			}
			if (got == 0) != (wait > 0) {
				t.Errorf("got %d calls and a wait of %v", got, wait)
			}
		})
	}
}

func TestAfterTheWaitThereIsACall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := budget.Limit{Calls: rapid.IntRange(1, 500).Draw(t, "calls"), Window: time.Minute}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		b := budget.Bucket{Level: rapid.Float64Range(0, 5).Draw(t, "level"), At: now}
		c := budget.Class(rapid.IntRange(0, 3).Draw(t, "class"))
		b, got, wait := b.Take(l, c, 1, now)
		if got == 1 {
			return
		}
		if _, got, _ = b.Take(l, c, 1, now.Add(wait+time.Millisecond)); got != 1 {
			t.Fatalf("after the wait of %v that was asked for, still none", wait)
		}
	})
}
