package vendorsim_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// thing is a value of the tests: a key and what it is sorted by.
type thing struct{ key, rank int }

func byRank(desc bool) vendorsim.Order[thing] {
	name := "rank"
	if desc {
		name = "rank down"
	}
	return vendorsim.Order[thing]{Name: name, Compare: func(a, b thing) int {
		c := cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.key, b.key))
		if desc {
			return -c
		}
		return c
	}}
}

// TestShelfIsAsIfSortedAfreshEachTime compares kept and repaired orders, and the past, with a model that remembers everything.
func TestShelfIsAsIfSortedAfreshEachTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shelf := vendorsim.NewShelf[int, thing](1000, time.Hour)
		now := time.Unix(1_000_000, 0)
		past := []map[int]thing{{}} // the state after each second
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now = now.Add(time.Second)
			state := map[int]thing{}
			for k, v := range past[len(past)-1] {
				state[k] = v
			}
			key := rapid.IntRange(0, 8).Draw(t, "key")
			if _, there := state[key]; there && rapid.IntRange(0, 3).Draw(t, "remove") == 0 {
				shelf.Remove(key, now)
				delete(state, key)
			} else {
				state[key] = thing{key, rapid.IntRange(0, 4).Draw(t, "rank")}
				shelf.Put(key, state[key], now)
			}
			past = append(past, state)
			ago := rapid.IntRange(0, len(past)-1).Draw(t, "ago")
			query := vendorsim.Query[thing]{
				Order: byRank(rapid.Bool().Draw(t, "desc")), Match: func(v thing) bool { return v.rank != 2 },
				Offset: rapid.IntRange(0, 3).Draw(t, "offset"), Limit: rapid.IntRange(-1, 4).Draw(t, "limit"),
			}
			if ago > 0 {
				query.AsOf = now.Add(-time.Duration(ago) * time.Second)
			}
			compare(t, shelf, query, past[len(past)-1-ago])
		}
	})
}

func compare(t *rapid.T, shelf *vendorsim.Shelf[int, thing], q vendorsim.Query[thing], state map[int]thing) {
	var want []thing
	for key, v := range state {
		if got, ok := shelf.Get(key, q.AsOf); !ok || got != v {
			t.Fatalf("%d is %v %v, want %v", key, got, ok, v)
		}
		if q.Match(v) {
			want = append(want, v)
		}
	}
	slices.SortFunc(want, q.Order.Compare)
	total := len(want)
	want = want[min(q.Offset, total):]
	if q.Limit >= 0 {
		want = want[:min(q.Limit, len(want))]
	}
	rows, n := shelf.Page(q)
	if n != total || !slices.Equal(rows, want) {
		t.Fatalf("%v of %d, want %v of %d", rows, n, want, total)
	}
}

func TestThePastIsBounded(t *testing.T) {
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	for name, row := range map[string]struct {
		depth   int
		horizon time.Duration
		asOf    int
		want    int
	}{
		"as it was":                              {10, time.Hour, 3, 3},
		"beyond the depth, the oldest kept":      {2, time.Hour, 1, 3},
		"beyond the horizon, the oldest kept":    {10, 2 * time.Second, 1, 2},
		"with no past there is only the present": {0, time.Hour, 1, 5},
	} {
		shelf := vendorsim.NewShelf[string, int](row.depth, row.horizon)
		for n := 1; n <= 5; n++ {
			shelf.Put("x", n, at(n))
		}
		if got, ok := shelf.Get("x", at(row.asOf)); !ok || got != row.want {
			t.Errorf("%s: %d %v, want %d", name, got, ok, row.want)
		}
		if _, ok := shelf.Get("x", at(0)); ok {
			t.Errorf("%s: it was there before it was born", name)
		}
	}
}
