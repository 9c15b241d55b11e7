package budget_test

import (
	"math"
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
	for at, want := range map[time.Duration]float64{0: 0.75, time.Hour: 0.85, 2 * time.Hour: 0.91, 7 * time.Hour: 0.99, 8 * time.Hour: 1, 100 * time.Hour: 1, -time.Hour: 0.75} {
		if got := l.Factor(start.Add(at)); math.Abs(got-want) > 0.005 {
			t.Errorf("after %v: %v, want %v", at, got, want)
		}
	}
	for range 100 {
		l = l.Lower(start, 0)
	}
	if got := l.Factor(start); got != 0.1 {
		t.Errorf("after a hundred refusals: %v, want a tenth", got)
	}
	if got := l.Factor(start.Add(time.Hour)); got < 0.4 {
		t.Errorf("an hour after a vendor's bad hour %v of the limit is used: people wait for what was no lesson", got)
	}
}

// Where calls are limited in number, a refusal lowers that, and not also how many are under way at once: else a vendor that refused a
// few is asked one thing at a time for hours. Where nothing else is limited, it is all that can be lowered.
func TestARefusalLowersTheNumberOfCallsOrHowManyAreUnderWay(t *testing.T) {
	for name, row := range map[string]struct {
		limits []budget.Limit
		want   int
	}{
		"calls are limited":                     {[]budget.Limit{{Calls: 1000, Window: time.Second, Share: 1, Burst: 500}}, 8},
		"only what is under way is":             {nil, 2},
		"a limit that allows all is no limit":   {[]budget.Limit{{}}, 2},
		"reads are, and how many are under way": {[]budget.Limit{{Calls: 1000, Window: time.Hour, Share: 1, Burst: 500, Reads: true}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			terms, a := budget.Terms{Limits: row.limits, AtOnce: 8}, &budget.Account{}
			for range 4 {
				a.Learned = a.Learned.Lower(start, 0)
			}
			got, _ := a.Take(terms, budget.Write, 100, start)
			if got != row.want {
				t.Fatalf("%d calls at once, want %d", got, row.want)
			}
			for n := range got {
				if _, ok := a.Begin(terms, time.Time{}, start); !ok {
					t.Fatalf("call %d was granted and has no place", n)
				}
			}
			if _, ok := a.Begin(terms, time.Time{}, start); ok {
				t.Error("one more has a place")
			}
		})
	}
}

// A vendor that takes fewer at once than is configured is asked for fewer in the end, though only the number of calls is lowered.
func TestAVendorThatTakesFewerAtOnceIsAskedForFewer(t *testing.T) {
	const takes, lasts = 4, time.Second
	terms := budget.Terms{Limits: []budget.Limit{{Calls: 20, Window: time.Second, Share: 1}}, AtOnce: 10}
	a, refused := &budget.Account{}, map[int]int{} // by hour
	var under []time.Time
	var ended []time.Time
	hold := start
	for now := start; now.Before(start.Add(6 * time.Hour)); now = now.Add(100 * time.Millisecond) {
		for len(under) > 0 && !now.Before(under[0]) {
			a.End(ended[0])
			under, ended = under[1:], ended[1:]
		}
		if now.Before(hold) {
			continue
		}
		got, _ := a.Take(terms, budget.Write, 10, now)
		for range got {
			until, _ := a.Begin(terms, time.Time{}, now)
			under, ended = append(under, now.Add(lasts)), append(ended, until)
		}
		if len(under) > takes {
			refused[int(now.Sub(start)/time.Hour)]++
			a.Learned = a.Learned.Lower(now, 0)
			hold = now.Add(30 * time.Second)
		}
	}
	if refused[0] == 0 || refused[5] > 10 {
		t.Errorf("refusals by hour: %v, want fewer", refused)
	}
}
