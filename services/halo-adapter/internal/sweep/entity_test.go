package sweep

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// things are rows of a vendor's, with the stamps that only details show.
type things struct {
	rows    map[int64]time.Time
	next    int64
	now     time.Time
	largest int
	filter  bool // it honours the filter
	any     bool // it lists in an order of its own
	most    int  // rows that an answer can hold; 0: any number
	lists   int
	reads   int
}

func newThings(n int) *things {
	x := &things{rows: map[int64]time.Time{}, next: 1, now: time.Now().Add(-24 * time.Hour), largest: 7 + rand.IntN(12), filter: true}
	for range n {
		x.add()
	}
	return x
}

func (x *things) tick() time.Time {
	x.now = x.now.Add(time.Duration(1+rand.IntN(3)) * time.Second)
	return x.now
}

func (x *things) add() {
	x.rows[x.next] = x.tick()
	x.next += 1 + rand.Int64N(3)
}

func (x *things) some() int64 {
	for id := range x.rows {
		return id
	}
	return 0
}

func (x *things) entity() entity {
	return entity{
		kind: "thing", live: true,
		list: func(_ context.Context, _ Tenant, q halo.Query) (listed, error) {
			x.lists++
			var ids []int64
			for id, at := range x.rows {
				if (!x.filter || !at.Before(q.Since.Truncate(time.Second))) && (!q.Live || id%2 == 0) {
					ids = append(ids, id)
				}
			}
			slices.SortFunc(ids, func(a, b int64) int {
				if x.any {
					return cmp.Compare(scattered(a), scattered(b))
				}
				return cmp.Compare(a, b)
			})
			size := x.largest
			if q.PageSize > 0 {
				size = min(size, q.PageSize)
			}
			got := listed{rows: rows{count: int64(len(ids))}}
			first := min((q.PageNo-1)*size, len(ids))
			if n := min(size, len(ids)-first); x.most > 0 && n > x.most {
				return listed{}, &fault.Error{Kind: fault.Drift, Reason: upstream.ReasonTooLarge}
			}
			for _, id := range ids[first:min(first+size, len(ids))] {
				got.ids = append(got.ids, id)
				got.told = append(got.told, mirror.Observation{Ref: translate.EntityRef("thing", id)})
			}
			return got, nil
		},
		read: func(_ context.Context, _ Tenant, id int64) ([]mirror.Observation, error) {
			x.reads++
			at, ok := x.rows[id]
			if !ok {
				return nil, &fault.Error{Kind: fault.NotFound}
			}
			return []mirror.Observation{{Ref: translate.EntityRef("thing", id), VendorTime: at}}, nil
		},
	}
}

// follower is what a sweep has told.
type follower struct {
	place []byte
	seen  map[int64]time.Time // details
	named []int64             // by the whole list under way
	gone  []int64             // known, and not named by a whole list
	next  func(context.Context, string, []byte) (sweep.Page, error)
}

func (f *follower) page(t *testing.T) sweep.Page {
	t.Helper()
	page, err := f.next(t.Context(), "acme", f.place)
	if err != nil {
		t.Fatal(err)
	}
	f.place = page.Place
	for _, o := range page.Observations {
		if id, _ := strconv.ParseInt(o.VendorID, 10, 64); !o.VendorTime.IsZero() {
			if !page.Since.IsZero() && o.VendorTime.Before(page.Since.Add(-2*time.Second)) {
				f.place = rotateEntities(f.place) // as the kernel does
				return sweep.Page{}
			}
			f.seen[id] = o.VendorTime
		}
	}
	if l := page.Listing; l != nil {
		if l.First {
			f.named = nil
		}
		for _, id := range l.IDs {
			n, _ := strconv.ParseInt(id, 10, 64)
			f.named = append(f.named, n)
		}
		if l.Last {
			f.gone = nil
			for id := range f.seen {
				if !slices.Contains(f.named, id) {
					f.gone = append(f.gone, id)
				}
			}
		}
	}
	return page
}

// rounds sweeps to the end so many times; meanwhile is called between pages.
func (f *follower) rounds(t *testing.T, n int, meanwhile func()) {
	t.Helper()
	for calls := 0; n > 0; calls++ {
		if calls > 20_000 {
			t.Fatalf("it never ends: %s", f.place)
		}
		if f.page(t).Complete {
			n--
		}
		meanwhile()
	}
}

func TestWhatChangesIsReadAndWhatIsGoneIsNotNamed(t *testing.T) {
	for name, filter := range map[string]bool{"the filter is honoured": true, "the filter is ignored": false} {
		t.Run(name, func(t *testing.T) {
			for range 30 {
				x := newThings(1 + rand.IntN(120))
				x.filter = filter
				f := &follower{seen: map[int64]time.Time{}, next: Tenants{}.entities(x.entity(), true)}
				f.rounds(t, 3, func() {
					switch rand.IntN(6) {
					case 0:
						delete(x.rows, x.some())
					case 1:
						x.add()
					case 2:
						if id := x.some(); id != 0 {
							x.rows[id] = x.tick()
						}
					}
				})
				x.now = time.Now() // whatever else happens has been seen
				f.rounds(t, 2*oneIn+2, func() {})
				for id, at := range x.rows {
					if !f.seen[id].Equal(at) {
						t.Fatalf("%d of %d is known as of %v, and is of %v", id, len(x.rows), f.seen[id], at)
					}
				}
				for id := range f.seen {
					if _, there := x.rows[id]; !there && !slices.Contains(f.gone, id) {
						t.Fatalf("%d is gone, and nobody says so", id)
					}
				}
			}
		})
	}
}

// A list in which no page tells where it begins proves no absence.
func TestAListInAnotherOrderIsReadToItsEndAndFindsNothingGone(t *testing.T) {
	for name, filter := range map[string]bool{"with a filter": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			for range 20 {
				x := newThings(40 + rand.IntN(80))
				x.any, x.filter = true, filter
				f := &follower{seen: map[int64]time.Time{}, next: Tenants{}.entities(x.entity(), true)}
				for ended := false; !ended; {
					page := f.page(t)
					if page.Listing != nil || page.Alert == "" && page.Place != nil {
						t.Fatalf("a listing %v, an alert %q", page.Listing, page.Alert)
					}
					ended = page.Complete
				}
				few := 10
				f.rounds(t, 3, func() {
					if few--; few >= 0 {
						x.add()
					}
				})
				x.now = time.Now()
				delete(x.rows, x.some())
				f.rounds(t, 2*oneIn+2, func() {})
				for id, at := range x.rows {
					if !f.seen[id].Equal(at) {
						t.Fatalf("%d of %d is known as of %v, and is of %v", id, len(x.rows), f.seen[id], at)
					}
				}
				if len(f.gone) > 0 {
					t.Fatalf("%v are said to be gone", f.gone)
				}
			}
		})
	}
}

// A page that is more than an answer can hold is asked for in parts, and the list is known whole all the same.
func TestAPageThatIsTooLargeIsReadInParts(t *testing.T) {
	for name, any := range map[string]bool{"in the order of ids": false, "in an order of its own": true} {
		for _, most := range []int{1, 2, 5} {
			t.Run(name, func(t *testing.T) {
				x := newThings(40 + rand.IntN(80))
				x.largest, x.any, x.most = halo.MaxPage, any, most
				f := &follower{seen: map[int64]time.Time{}, next: Tenants{}.entities(x.entity(), true)}
				f.rounds(t, 3, func() {})
				for id, at := range x.rows {
					if !f.seen[id].Equal(at) || !any && !slices.Contains(f.named, id) {
						t.Fatalf("%d of %d is known as of %v, and is of %v; listed: %v", id, len(x.rows), f.seen[id], at, slices.Contains(f.named, id))
					}
				}
			})
		}
	}
}

// Pages may each be in order by chance: going back and forth comes to an end all the same.
func TestAWalkThatOnlyGoesBackEndsBeingOne(t *testing.T) {
	w := walk{Page: 1}
	for n := int64(0); !w.Loose; n++ {
		if n > 10*maxBacks {
			t.Fatalf("it never ends: %+v", w)
		}
		first := map[bool]int64{true: 100, false: 1000 + 100*n}[w.first()]
		if _, err := w.step(rows{ids: []int64{first, first + 1}, count: 1000}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASweepCostsWhatHasChanged(t *testing.T) {
	x := newThings(300)
	x.largest = 100
	f := &follower{seen: map[int64]time.Time{}, next: Tenants{}.entities(x.entity(), true)}
	f.rounds(t, 3, func() {})
	x.now = time.Now().Add(-10 * time.Minute)
	x.lists, x.reads = 0, 0
	x.rows[x.some()] = x.tick()
	f.rounds(t, 1, func() {})
	if x.lists > 1 || x.reads > atOnce {
		t.Errorf("%d lists and %d reads for one change", x.lists, x.reads)
	}
}

func TestWhatWasReadCountsWhenTheRestHasToWait(t *testing.T) {
	x := newThings(4)
	e, left := x.entity(), 2
	read := e.read
	e.read = func(ctx context.Context, tenant Tenant, id int64) ([]mirror.Observation, error) {
		if left == 0 {
			return nil, &fault.Error{Kind: fault.Unavailable, RetryAfter: time.Second}
		}
		left--
		return read(ctx, tenant, id)
	}
	p := entityPlace{Pass: detail, walk: walk{Page: 1}, Pending: []int64{1, 2, 3, 4}, Listed: true}
	page, err := p.next(t.Context(), Tenant{}, e)
	if err != nil || len(page.Observations) > 2 || len(p.Pending) == 0 || page.Complete {
		t.Errorf("%v: %d told, %v left", err, len(page.Observations), p.Pending)
	}
	if _, err := p.next(t.Context(), Tenant{}, e); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("nothing could be read: %v", err)
	}
}

func TestAnEmptyAnswerIsNoListOfNone(t *testing.T) {
	_, err := all(Tenants{}, "status", func(*halo.Client, context.Context) (halo.Page[halo.Status], error) {
		return halo.Page[halo.Status]{}, nil
	},
		translate.Words.Status)(t.Context(), "acme", nil)
	if fault.KindOf(err) != fault.Drift {
		t.Errorf("%v", err)
	}
}

// A build that ignored the filter may be followed by one that honours it.
func TestARotationTriesTheFilterAgainNowAndThen(t *testing.T) {
	x := newThings(60)
	x.filter = false
	f := &follower{seen: map[int64]time.Time{}, place: rotateEntities(nil), next: Tenants{}.entities(x.entity(), true)}
	rotates := func() bool { p, err := read[entityPlace](f.place); return err == nil && p.Rotate }
	f.rounds(t, retryTurns+5, func() {})
	if !rotates() {
		t.Fatal("it relies on a filter that is ignored")
	}
	x.filter = true
	f.rounds(t, retryTurns+5, func() {})
	if rotates() {
		t.Error("it goes through everything, though the filter is honoured")
	}
}
