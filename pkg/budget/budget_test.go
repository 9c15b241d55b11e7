package budget_test

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

func drawLimit(t *rapid.T, window time.Duration) budget.Limit {
	l := budget.Limit{
		Calls: rapid.IntRange(1, 500).Draw(t, "calls"), Window: window,
		Share: rapid.SampledFrom([]float64{0, 0.1, 0.5, 0.8, 1}).Draw(t, "share"), Reads: rapid.Bool().Draw(t, "reads"),
	}
	l.Burst = rapid.IntRange(0, l.Calls).Draw(t, "burst")
	return l
}

// Promise 8: however many limits there are, no window of any holds more than our share, whoever asks and whenever, and
// whatever was learned meanwhile.
func TestNoWindowIsOvershot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := budget.Terms{Limits: []budget.Limit{drawLimit(t, 5*time.Minute), drawLimit(t, 7*time.Second)}}
		var referees []*referee
		for _, l := range terms.Limits {
			referees = append(referees, &referee{limit: l})
		}
		now, a := start, &budget.Account{}
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(t, "ms")) * time.Millisecond)
			if rapid.IntRange(0, 30).Draw(t, "refused") == 30 {
				a.Learned = a.Learned.Lower(now, 0)
			}
			class := budget.Class(rapid.IntRange(0, 3).Draw(t, "class"))
			got, _ := a.Take(terms, class, rapid.IntRange(0, 50).Draw(t, "want"), now)
			a = stored(t, a)
			for _, r := range referees {
				if r.limit.Reads && class == budget.Write {
					continue
				}
				if sum := r.take(got, now); sum > r.limit.Ours() {
					t.Fatalf("%d calls in a window of %v, our share is %d", sum, r.limit.Window, r.limit.Ours())
				}
			}
		}
	})
}

// stored is an account as Postgres gives it back.
func stored(t interface{ Fatal(...any) }, a *budget.Account) *budget.Account {
	text, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var b budget.Account
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	return &b
}

// At least 95 % of our share is used by whoever asks as often as told, whichever class it is and however slow the limit.
func TestTheBudgetIsUsed(t *testing.T) {
	for name, row := range map[string]struct {
		limit budget.Limit
		long  time.Duration
		step  time.Duration
	}{
		"300 in 5 minutes, four fifths ours": {budget.Limit{Calls: 300, Window: 5 * time.Minute}, time.Hour, 100 * time.Millisecond},
		"100 a second":                       {budget.Limit{Calls: 100, Window: time.Second}, 30 * time.Second, time.Millisecond},
		"5 a minute":                         {budget.Limit{Calls: 5, Window: time.Minute}, time.Hour, 100 * time.Millisecond},
		"one a minute":                       {budget.Limit{Calls: 1, Window: time.Minute}, 3 * time.Hour, 500 * time.Millisecond},
		"10,000 in 30 days":                  {budget.Limit{Calls: 10_000, Window: 720 * time.Hour, Share: 1}, 3600 * time.Hour, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			for c := budget.Write; c <= budget.Backfill; c++ {
				made := run(&budget.Account{}, budget.Terms{Limits: []budget.Limit{row.limit}}, row.long, row.step, &crowd{class: c, each: 8, queue: 1 << 30})
				ours := float64(row.limit.Ours()) * float64(row.long) / float64(row.limit.Window)
				if used := float64(made) / ours; used < 0.95 {
					t.Errorf("%v: %.1f %% of our share was used", c, 100*used)
				}
			}
		})
	}
}

// All classes at once use as much as one alone, each at least its floor; what is left goes to the first.
func TestFloorsAndBorrowing(t *testing.T) {
	const long = time.Hour
	limit := budget.Limit{Calls: 300, Window: 5 * time.Minute}
	ours := float64(limit.Ours()) * float64(long) / float64(limit.Window)
	for name, row := range map[string]struct {
		classes []budget.Class
		least   []float64
	}{
		"a backfill alone takes all":                {[]budget.Class{budget.Backfill}, []float64{0.95}},
		"writes take what a late sweep leaves":      {[]budget.Class{budget.Write, budget.Sweep}, []float64{0.8, 0.08}},
		"a sweep goes before a backfill":            {[]budget.Class{budget.Sweep, budget.Backfill}, []float64{0.8, 0.04}},
		"a queue of writes starves nobody":          {[]budget.Class{budget.Write, budget.Fetch, budget.Sweep, budget.Backfill}, []float64{0.55, 0.18, 0.08, 0.04}},
		"what nobody's floor is goes to the first":  {[]budget.Class{budget.Fetch, budget.Sweep, budget.Backfill}, []float64{0.75, 0.08, 0.04}},
		"writes and fetches share without a sweep":  {[]budget.Class{budget.Write, budget.Fetch}, []float64{0.7, 0.18}},
		"writes alone have the others' floors, too": {[]budget.Class{budget.Write}, []float64{0.95}},
	} {
		t.Run(name, func(t *testing.T) {
			var crowds []*crowd
			for _, c := range row.classes {
				each := 1 // a sweep asks for one call at a time
				if c == budget.Write {
					each = 8
				}
				crowds = append(crowds, &crowd{class: c, each: each, queue: 100_000})
			}
			made := run(&budget.Account{}, budget.Terms{Limits: []budget.Limit{limit}}, long, 50*time.Millisecond, crowds...)
			if float64(made) < 0.95*ours {
				t.Errorf("together %.1f %% was used", 100*float64(made)/ours)
			}
			for i, c := range crowds {
				if part := float64(c.got) / ours; part < row.least[i] {
					t.Errorf("%v got %.3f of our share, want at least %.3f", c.class, part, row.least[i])
				}
			}
		})
	}
}

// Whatever the limit, the floors and who asks for how much at a time: everybody who always asks gets its floor, and all
// together use what there is.
func TestEverybodyGetsItsFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const long = 10 * time.Minute
		limit := budget.Limit{Calls: rapid.IntRange(26, 500).Draw(t, "calls"), Window: time.Minute, Share: 1}
		terms := budget.Terms{Limits: []budget.Limit{limit}}
		left := 0.9
		for c := range terms.Floors {
			terms.Floors[c] = min(left, rapid.Float64Range(0.02, 0.5).Draw(t, "floor"))
			left -= terms.Floors[c]
		}
		var crowds []*crowd
		for c := budget.Write; c <= budget.Backfill; c++ {
			if rapid.Bool().Draw(t, "asks") {
				crowds = append(crowds, &crowd{class: c, each: rapid.IntRange(1, 10).Draw(t, "each"), queue: 1 << 30})
			}
		}
		ours := float64(limit.Ours()) * float64(long) / float64(limit.Window)
		made := run(&budget.Account{}, terms, long, 100*time.Millisecond, crowds...)
		if len(crowds) > 0 && float64(made) < 0.95*ours {
			t.Fatalf("%.1f %% was used", 100*float64(made)/ours)
		}
		for _, c := range crowds {
			if floor := terms.Floors[c.class] * ours; float64(c.got) < 0.9*floor-2 { // whole calls, and the time until it is owed the first
				t.Fatalf("%v got %d calls, its floor is %.1f", c.class, c.got, floor)
			}
		}
	})
}

// A person's write waits for a call or two to flow in, however eager a backfill is; and a late sweep for its turn, however
// long the queue of writes. Also where the bucket holds a single call and where the others ask ten times as often.
func TestWaitsAreBounded(t *testing.T) {
	for name, row := range map[string]struct {
		limit  budget.Limit
		step   time.Duration
		crowds []*crowd
		within time.Duration // of the last crowd's calls
	}{
		"a write a minute, through a backfill, finds what was left for it": {
			budget.Limit{Calls: 300, Window: 5 * time.Minute},
			50 * time.Millisecond,
			[]*crowd{{class: budget.Backfill, each: 8, queue: 1 << 30}, {class: budget.Write, each: 1, queue: 100, rest: time.Minute}},
			0,
		},
		"a write a minute, where the bucket holds one call": {
			budget.Limit{Calls: 12, Window: time.Minute, Share: 1},
			50 * time.Millisecond, // one flows in every 5 s
			[]*crowd{{class: budget.Backfill, each: 1, queue: 1 << 30}, {class: budget.Write, each: 1, queue: 100, rest: time.Minute}},
			16 * time.Second,
		},
		"a sweep behind 100,000 writes": {
			budget.Limit{Calls: 300, Window: 5 * time.Minute},
			50 * time.Millisecond, // one flows in every 1.3 s
			[]*crowd{{class: budget.Write, each: 8, queue: 100_000}, {class: budget.Sweep, each: 1, queue: 1 << 30, from: time.Minute, poll: time.Second}},
			16 * time.Second, // a tenth of the calls are its own
		},
		"a sweep behind 100,000 writes, where the bucket holds one call": {
			budget.Limit{Calls: 20, Window: time.Second, Share: 1},
			time.Millisecond,
			[]*crowd{{class: budget.Write, each: 8, queue: 100_000}, {class: budget.Sweep, each: 1, queue: 1 << 30, from: time.Second, poll: 500 * time.Millisecond}},
			1500 * time.Millisecond,
		},
	} {
		t.Run(name, func(t *testing.T) {
			run(&budget.Account{}, budget.Terms{Limits: []budget.Limit{row.limit}}, 20*row.limit.Window, row.step, row.crowds...)
			last := row.crowds[len(row.crowds)-1]
			if last.longest > row.within || last.got == 0 {
				t.Errorf("%v waited %v for a call (%d calls), want at most %v", last.class, last.longest, last.got, row.within)
			}
		})
	}
}

// Where the bucket holds one call only, the first class has what the others' floors leave, too.
func TestTheFirstGoesFirstThroughTheSmallestBucket(t *testing.T) {
	terms := budget.Terms{Limits: []budget.Limit{{Calls: 12, Window: time.Minute, Share: 1}}}
	backfill, writes := &crowd{class: budget.Backfill, each: 1, queue: 1 << 30}, &crowd{class: budget.Write, each: 8, queue: 1 << 30}
	made := run(&budget.Account{}, terms, 3*time.Hour, 50*time.Millisecond, backfill, writes)
	if writes.got < made*90/100 || backfill.got < made*4/100 || made < 12*180*95/100 {
		t.Errorf("of %d calls %d went to writes, %d to the backfill", made, writes.got, backfill.got)
	}
}

func TestAReadAllowanceIsOfReadsOnly(t *testing.T) {
	terms := budget.Terms{Limits: []budget.Limit{
		{Calls: 100, Window: time.Second, Share: 1},
		{Calls: 10_000, Window: 720 * time.Hour, Share: 1, Reads: true},
	}}
	a := &budget.Account{}
	run(a, terms, time.Hour, 10*time.Millisecond, &crowd{class: budget.Sweep, each: 8, queue: 1 << 30})
	now := start.Add(time.Hour)
	if got, wait := a.Take(terms, budget.Sweep, 1, now); got != 0 || wait < time.Minute {
		t.Errorf("a read when the month's are used up: %d, wait %v", got, wait)
	}
	writes := &crowd{class: budget.Write, each: 8, queue: 1 << 30, from: time.Hour}
	run(a, terms, time.Hour+10*time.Second, 10*time.Millisecond, writes)
	if writes.got < 950 {
		t.Errorf("%d writes in 10 s: they wait for a read allowance", writes.got)
	}
}

func TestAfterTheWaitThereIsACall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := budget.Terms{Limits: []budget.Limit{drawLimit(t, time.Minute), drawLimit(t, time.Second)}}
		now, a := start, &budget.Account{}
		c := budget.Class(rapid.IntRange(0, 3).Draw(t, "class"))
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "ms")) * time.Millisecond)
			got, wait := a.Take(terms, c, rapid.IntRange(1, 50).Draw(t, "want"), now)
			if got > 0 {
				continue
			}
			now = now.Add(wait)
			if got, _ = a.Take(terms, c, 1, now); got != 1 {
				t.Fatalf("after the wait of %v that was asked for, still none", wait)
			}
		}
	})
}

func TestTimeThatRunsBackwardsGivesNothing(t *testing.T) {
	terms := budget.Terms{Limits: []budget.Limit{{Calls: 100, Window: time.Hour, Share: 1, Burst: 10}}}
	a := &budget.Account{}
	if got, _ := a.Take(terms, budget.Write, 20, start); got != 10 {
		t.Fatalf("%d calls at once from a bucket of 10", got)
	}
	if got, _ := a.Take(terms, budget.Write, 1, start.Add(-time.Hour)); got != 0 {
		t.Errorf("an hour back: %d calls", got)
	}
}
