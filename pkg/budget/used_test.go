package budget_test

import (
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

const month = 30 * 24 * time.Hour

func TestHowMuchOfAWindowIsUsed(t *testing.T) {
	const day = 24 * time.Hour
	terms := budget.Terms{Limits: []budget.Limit{
		{Calls: 1000, Window: time.Second, Share: 1, Burst: 1000},
		{Calls: 1000, Window: month, Share: 0.9, Burst: 300, Reads: true, Low: 0.7},
	}}
	type call struct {
		after time.Duration
		class budget.Class
		n     int
	}
	for name, row := range map[string]struct {
		calls []call
		after time.Duration
		used  int
		low   bool
	}{
		"nothing was asked":                     {},
		"a few reads":                           {calls: []call{{0, budget.Fetch, 10}, {day, budget.Sweep, 5}}, used: 15},
		"writes, which do not count":            {calls: []call{{0, budget.Write, 500}}},
		"many at once, and little is left":      {calls: []call{{0, budget.Fetch, 250}}, used: 250, low: true},
		"that, and it flows in again":           {calls: []call{{0, budget.Fetch, 250}}, after: 10 * day, used: 250},
		"that, long ago":                        {calls: []call{{0, budget.Fetch, 250}}, after: 32 * day},
		"more than the share from which on":     {calls: []call{{0, budget.Fetch, 250}, {14 * day, budget.Fetch, 250}, {14 * day, budget.Fetch, 250}}, after: 1 * day, used: 750, low: true},
		"that, and the first of them are older": {calls: []call{{0, budget.Fetch, 250}, {14 * day, budget.Fetch, 250}, {14 * day, budget.Fetch, 250}}, after: 14 * day, used: 500},
	} {
		t.Run(name, func(t *testing.T) {
			a, now := &budget.Account{}, start
			for _, c := range row.calls {
				now = now.Add(c.after)
				if got, _ := a.Take(terms, c.class, c.n, now); got != c.n {
					t.Fatalf("got %d of %d", got, c.n)
				}
				a = stored(t, a)
			}
			all := a.Usages(terms, now.Add(row.after))
			if len(all) != 1 || all[0].Limit.Ours() != 900 {
				t.Fatalf("%+v", all)
			}
			if u := all[0]; u.Used != row.used || u.Low != row.low {
				t.Errorf("%d are used, low %v; want %d, %v", u.Used, u.Low, row.used, row.low)
			}
		})
	}
}

// The looks of writes are made in any case, and count.
func TestTheReadsOfWritesAreUsedToo(t *testing.T) {
	terms := budget.Terms{Limits: []budget.Limit{{Calls: 100, Window: month, Share: 1, Burst: 10, Reads: true, Low: 0.5}}}
	a := &budget.Account{}
	for range 60 {
		a.Charge(terms, 1, start)
	}
	if u := a.Usages(terms, start)[0]; u.Used != 60 || !u.Low {
		t.Errorf("%+v", u)
	}
}
