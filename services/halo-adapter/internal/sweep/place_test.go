package sweep

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// list is Halo's list of tickets, as far as places care: it filters, orders and pages.
type list struct {
	rows    map[int64]time.Time // last update, by id
	largest int                 // page that it gives
	count   bool                // it says how many there are
	any     bool                // it comes in an order of its own, whatever is asked for
	most    int                 // rows that an answer can hold; 0: any number
	next    int64
}

func newList(n int, largest int, count bool) *list {
	l := &list{rows: map[int64]time.Time{}, largest: largest, count: count, next: 1}
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	for range n {
		at = at.Add(time.Duration(rand.IntN(3)) * 500 * time.Millisecond) // several have the same second
		l.add(at)
	}
	return l
}

func (l *list) add(at time.Time) {
	l.rows[l.next] = at
	l.next++
}

func (l *list) some() int64 {
	for id := range l.rows {
		return id
	}
	return 0
}

func (l *list) latest() time.Time {
	var at time.Time
	for _, t := range l.rows {
		at = latest(at, t)
	}
	return at
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (l *list) page(q halo.TicketQuery) halo.TicketPage {
	var all []halo.Ticket
	since, to := q.Since.Truncate(time.Second), q.To
	for id, at := range l.rows {
		if q.Deleted || at.Before(since) || !to.IsZero() && at.After(to) {
			continue
		}
		all = append(all, halo.Ticket{ID: id, LastUpdate: halo.Time{Time: at}})
	}
	slices.SortFunc(all, func(a, b halo.Ticket) int {
		if l.any {
			return cmp.Compare(scattered(a.ID), scattered(b.ID))
		}
		if q.Order == "last_update" {
			return cmp.Or(a.LastUpdate.Compare(b.LastUpdate.Time), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Compare(a.ID, b.ID)
	})
	got := halo.TicketPage{RecordCount: -1}
	if l.count {
		got.RecordCount = int64(len(all))
	}
	size := l.largest
	if q.PageSize > 0 {
		size = min(size, q.PageSize)
	}
	first := min((q.PageNo-1)*size, len(all))
	got.Tickets = all[first:min(first+size, len(all))]
	return got
}

// TestNoTicketIsPassedOverWhateverLeavesOrChangesMeanwhile walks lists that change between any two pages.
func TestNoTicketIsPassedOverWhateverLeavesOrChangesMeanwhile(t *testing.T) {
	for name, row := range map[string]struct {
		place ticketPlace
		edits bool // what is edited moves in the order by stamp
	}{
		"a rotation, by id":  {ticketPlace{Rotate: true}, true},
		"a window, by id":    {ticketPlace{ByID: true}, true},
		"a window, by stamp": {ticketPlace{}, true},
	} {
		for _, count := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				for range 100 {
					walked(t, row.place, newList(1+rand.IntN(120), 7+rand.IntN(12), count || !row.place.Rotate && !row.place.ByID), row.edits)
				}
			})
		}
	}
}

// scattered is where a row stands in an order of the vendor's own.
func scattered(id int64) uint32 { return uint32(id) * 2654435761 } //nolint:gosec // a multiplicative hash

func walked(t *testing.T, p ticketPlace, l *list, edits bool) {
	t.Helper()
	leaves := 1000
	if l.any {
		leaves = 1 // where the order is not kept, a list is begun anew for it
	}
	seen, there := map[int64]time.Time{}, map[int64]bool{}
	for id := range l.rows {
		there[id] = true
	}
	byID := p.ByID
	for calls := 0; ; calls++ {
		if calls > 5000 {
			t.Fatalf("it never ends: %+v", p)
		}
		if p.Page == 0 {
			p.begin()
			p.ByID = byID
		}
		got := l.page(p.query())
		if l.most > 0 && len(got.Tickets) > l.most {
			if !p.narrow(&fault.Error{Kind: fault.Drift, Reason: upstream.ReasonTooLarge}) {
				t.Fatalf("it cannot be read: %+v", p)
			}
			continue
		}
		for _, x := range got.Tickets {
			seen[x.ID] = x.LastUpdate.Time
		}
		page := &sweep.Page{}
		var err error
		if p.Rotate {
			err = p.turn(got, page)
		} else {
			err = p.move(got, page)
		}
		if err != nil {
			t.Fatal(err)
		}
		if page.Complete {
			break
		}
		switch rand.IntN(6) { // until the next page
		case 0:
			if leaves--; leaves < 0 {
				break
			}
			for range rand.IntN(4) {
				gone := l.some()
				delete(l.rows, gone)
				delete(there, gone)
			}
		case 1:
			l.add(l.latest().Add(time.Second))
		case 2:
			if id := l.some(); edits && id != 0 {
				l.rows[id] = l.latest().Add(time.Second)
			}
		}
	}
	for id := range there {
		if _, ok := seen[id]; !ok {
			t.Fatalf("ticket %d of %d was passed over", id, len(there))
		}
	}
}

func TestNoTicketIsPassedOverWherePagesAreTooLarge(t *testing.T) {
	for name, place := range map[string]ticketPlace{"a rotation": {Rotate: true}, "a window, by id": {ByID: true}, "a window, by stamp": {}} {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				l := newList(1+rand.IntN(250), halo.MaxPage, true)
				l.most = 12 + rand.IntN(20) // of pages so small that they lead nowhere beyond the row that they overlap by, nobody can tell
				walked(t, place, l, true)
			}
		})
	}
}

func TestNoTicketIsPassedOverWhereListsComeInAnotherOrder(t *testing.T) {
	for name, place := range map[string]ticketPlace{"a rotation": {Rotate: true}, "a window, by id": {ByID: true}, "a window, by stamp": {}} {
		t.Run(name, func(t *testing.T) {
			for range 100 {
				l := newList(1+rand.IntN(120), 7+rand.IntN(12), true)
				l.any = true
				walked(t, place, l, false)
			}
		})
	}
}

func TestAnEmptyPageIsNotTheEndWhereHaloSaysThatThereIsMore(t *testing.T) {
	for name, p := range map[string]ticketPlace{"by stamp": {}, "by id": {ByID: true}, "in a rotation": {Rotate: true}} {
		p.Page = 1
		page, err := &sweep.Page{}, error(nil)
		if p.Rotate {
			err = p.turn(halo.TicketPage{RecordCount: 7}, page)
		} else {
			err = p.move(halo.TicketPage{RecordCount: 7}, page)
		}
		if f := fault.Of(err); f == nil || f.Kind != fault.Drift || page.Complete {
			t.Errorf("%s: %v, complete %v", name, err, page.Complete)
		}
	}
}

func TestThePageThatBeginsAtARowLeadsFarthestBeyondIt(t *testing.T) {
	for at := int64(0); at < 500; at++ {
		for largest := int64(1); largest < 40; largest++ {
			page, size := pageAt(at, largest)
			begin := int64(page-1) * int64(size)
			if begin > at || begin+int64(size) <= at || int64(size) > largest {
				t.Fatalf("row %d, pages of at most %d: page %d of size %d", at, largest, page, size)
			}
		}
	}
}

func TestOfTheDeletedOnlyThoseNotSeenAliveAreHintedAt(t *testing.T) {
	p := ticketPlace{walk: walk{Page: 1}, Rotate: true, Deleted: true, Live: []int64{1}}
	page := &sweep.Page{}
	if err := p.turn(halo.TicketPage{Tickets: []halo.Ticket{{ID: 1}, {ID: 2}}, RecordCount: 2}, page); err != nil || page.Hints != nil || !page.Complete {
		t.Errorf("the live among the deleted: %v, %+v", err, page)
	}
}
