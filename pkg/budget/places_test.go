package budget_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// Whatever is taken, begun, ended and forgotten: never are more calls under way than the vendor allows, and what nobody
// ends is free again.
func TestNoMoreAtOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := budget.Terms{AtOnce: rapid.IntRange(1, 5).Draw(t, "at once"), Longest: time.Minute}
		now, a, taken := start, &budget.Account{}, 0
		var under []time.Time // calls under way, by when they end at the latest
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3_000).Draw(t, "ms")) * time.Millisecond)
			for len(under) > 0 && !under[0].After(now) {
				under = under[1:]
			}
			switch rapid.IntRange(0, 4).Draw(t, "do") {
			case 0, 1:
				got, _ := a.Take(terms, budget.Class(rapid.IntRange(0, 3).Draw(t, "class")), rapid.IntRange(1, 4).Draw(t, "want"), now)
				taken += got
			case 2:
				if taken > 0 {
					taken--
					if until, ok := a.Begin(terms, time.Time{}, now); ok {
						under = append(under, until)
					}
				}
			case 3:
				if len(under) > 0 {
					a.End(under[0])
					under = under[1:]
				}
			case 4: // the next call in a place that is held: there is always one
				if len(under) > 0 {
					until, ok := a.Begin(terms, under[0], now)
					if !ok {
						t.Fatal("no place for who holds one")
					}
					under = append(under[1:], until)
				}
			}
			if a = stored(t, a); len(under) > terms.AtOnce {
				t.Fatalf("%d calls under way, allowed are %d", len(under), terms.AtOnce)
			}
		}
		if got, _ := a.Take(terms, budget.Write, 9, now.Add(time.Hour)); got != terms.AtOnce {
			t.Fatalf("an hour after everybody died %d places of %d are free", got, terms.AtOnce)
		}
	})
}

// Places go to the classes in turns, as calls do, though the last class asks first and as often as anybody.
func TestPlacesGoInTurns(t *testing.T) {
	for name, terms := range map[string]budget.Terms{"one place": {AtOnce: 1}, "three places": {AtOnce: 3}} {
		t.Run(name, func(t *testing.T) {
			a, got, all := &budget.Account{}, map[budget.Class]int{}, 0
			var under []time.Time
			for now := start; now.Before(start.Add(30 * time.Second)); now = now.Add(10 * time.Millisecond) {
				if len(under) == terms.AtOnce { // the first call has ended
					a.End(under[0])
					under = under[1:]
				}
				for _, c := range []budget.Class{budget.Backfill, budget.Sweep, budget.Write} {
					want := 1
					if c == budget.Write {
						want = 4 // of a long queue
					}
					n, _ := a.Take(terms, c, want, now)
					for range n {
						until, ok := a.Begin(terms, time.Time{}, now)
						if !ok {
							t.Fatal("a promised place is not there")
						}
						under = append(under, until)
						got[c]++
						all++
					}
				}
			}
			if all < 2900 || got[budget.Write] < all*8/10 || got[budget.Sweep] < all*9/100 || got[budget.Backfill] < all*4/100 {
				t.Errorf("%d calls went to %v", all, got)
			}
		})
	}
}
