package budget_test

import (
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// A vendor that allows half of what is configured is asked for too much less and less, and hardly less than it allows.
func TestLimitsAreLearnedDownwards(t *testing.T) {
	configured := budget.Limit{Calls: 600, Window: time.Minute, Share: 1}
	truth := referee{limit: budget.Limit{Calls: 300, Window: time.Minute, Share: 1}}
	terms, a := budget.Terms{Limits: []budget.Limit{configured}}, &budget.Account{}
	var hold time.Duration
	refused := map[int]int{} // by hour
	for at := time.Duration(0); at < 6*time.Hour; at += 200 * time.Millisecond {
		now := start.Add(at)
		if at < hold {
			continue
		}
		got, _ := a.Take(terms, budget.Backfill, 4, now)
		if got > 0 && truth.take(got, now) > truth.limit.Calls {
			refused[int(at/time.Hour)]++
			a.Learned = a.Learned.Lower(now, 0)
			hold = at + 30*time.Second
		}
	}
	if refused[0] == 0 || refused[5] > 4 {
		t.Errorf("refusals by hour: %v, want some and then hardly any", refused)
	}
	if used := float64(truth.total) / (6 * 60 * 300); used < 0.7 {
		t.Errorf("%.0f %% of what the vendor allows was used", 100*used)
	}
}

func TestWhatWasLearnedIsForgottenSlowly(t *testing.T) {
	l := budget.Learned{}.Lower(start, 0)
	for at, want := range map[time.Duration]float64{0: 0.75, time.Hour: 0.875, 2 * time.Hour: 1, 100 * time.Hour: 1, -time.Hour: 0.75} {
		if got := l.Factor(start.Add(at)); got != want {
			t.Errorf("after %v: %v, want %v", at, got, want)
		}
	}
	for range 100 {
		l = l.Lower(start, 0)
	}
	if got := l.Factor(start); got != 0.1 {
		t.Errorf("after a hundred refusals: %v, want a tenth", got)
	}
}
