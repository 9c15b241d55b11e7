package sweep_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// everything is a listing of the tickets that lists says, by id alone, in two pages.
func everything(lists func() []int) *feed {
	return &feed{next: func(_ int, place string) (sweep.Page, error) {
		all := lists()
		var ids []string
		for _, i := range all {
			ids = append(ids, strconv.Itoa(i))
		}
		half := len(ids) / 2
		if place != "half" {
			return sweep.Page{Listing: &sweep.Listing{IDs: ids[:half], First: true}, Place: []byte("half"), More: true}, nil
		}
		return sweep.Page{Listing: &sweep.Listing{IDs: ids[half:], Last: true}, Place: []byte("end"), Complete: true}, nil
	}}
}

func upTo(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func known(t *testing.T, n int) *fixture.World {
	t.Helper()
	w := fixture.New(t)
	for i := range n {
		w.Learn(t, "acme", strconv.Itoa(i), "s")
	}
	return w
}

func (r *rig) suspects(t *testing.T) int {
	t.Helper()
	return r.count(t, "select count(*) from ticket where suspected_at is not null")
}

func (r *rig) passes(t *testing.T, f *feed, n int64) {
	t.Helper()
	from := f.calls.Load()
	fixture.Eventually(t, "whole listings", func() bool { return f.calls.Load() >= from+2*n+2 })
}

func TestWhatAWholeListingDoesNotNameIsSuspectedAndNotBuried(t *testing.T) {
	w := known(t, 10)
	f := everything(func() []int { return upTo(8) })
	r := start(t, w, f.plan(time.Millisecond))
	fixture.Eventually(t, "two are suspected", func() bool { return r.suspects(t) == 2 })
	if _, err := r.DB.Exec(context.Background(), `update ticket set suspected_at = suspected_at - interval '1 day' where suspected_at is not null`); err != nil {
		t.Fatal(err)
	}
	r.passes(t, f, 3) // more of the same makes no tombstone
	if n := r.count(t, "select count(*) from ticket where deleted_at is not null"); n != 0 {
		t.Errorf("%d were buried by listings alone", n)
	}
	if n := r.count(t, "select count(*) from job where class = 1 and vendor_id in ('8', '9')"); n != 2 {
		t.Errorf("%d looks are queued, want one at each", n)
	}
	if n := r.count(t, "select count(*) from listed where vendor_id = '9'"); n != 0 {
		t.Errorf("the listing names what is missing")
	}
}

// What hangs on something deleted is in no list, and whoever looks at it is told nothing.
func TestWhatHangsOnSomethingDeletedIsNotSuspected(t *testing.T) {
	w := known(t, 2)
	var notes []mirror.Observation
	for _, parent := range []string{"0", "1"} {
		notes = append(notes, mirror.Observation{
			Ref: mirror.Ref{Kind: "note", VendorID: parent + "/1"}, Covers: mirror.Whole(), Parent: mirror.Ref{Kind: "ticket", VendorID: parent}, State: &psav1.Note{Text: "x"},
		})
	}
	f := &feed{next: func(n int, _ string) (sweep.Page, error) {
		if n == 1 {
			return sweep.Page{Observations: notes, Complete: true}, nil
		}
		return sweep.Page{Listing: &sweep.Listing{First: true, Last: true}, Complete: true}, nil
	}}
	if _, err := w.DB.Exec(context.Background(), `update ticket set deleted_at = now() where vendor_id = '0'`); err != nil {
		t.Fatal(err)
	}
	p := f.plan(time.Millisecond)
	p.Kind = "note"
	r := start(t, w, p)
	fixture.Eventually(t, "one is suspected", func() bool { return r.count(t, "select count(*) from note where suspected_at is not null") == 1 })
	r.passes(t, f, 2)
	if n := r.count(t, "select count(*) from note where vendor_id = '0/1' and suspected_at is not null"); n != 0 {
		t.Error("that of the deleted one is suspected too")
	}
}

func TestWhatWasSeenSinceAListingBeganIsNotSuspected(t *testing.T) {
	w := known(t, 4)
	seen := atomic.Bool{}
	f := &feed{next: func(_ int, place string) (sweep.Page, error) {
		if place != "half" {
			return sweep.Page{Listing: &sweep.Listing{IDs: []string{"0", "1"}, First: true}, Place: []byte("half"), More: true}, nil
		}
		if !seen.Swap(true) { // both pages were asked for; meanwhile one is seen, and one made
			w.Learn(t, "acme", "3", "changed")
			w.Learn(t, "acme", "4", "made")
		}
		return sweep.Page{Listing: &sweep.Listing{IDs: []string{"2"}, Last: true}, Place: []byte("end"), Complete: true}, nil
	}}
	r := start(t, w, f.plan(time.Hour))
	fixture.Eventually(t, "it is listed whole", func() bool { return r.text(t, "swept_at") != "" })
	if n := r.suspects(t); n != 0 {
		t.Errorf("%d are suspected", n)
	}
}

func TestTooManyAbsencesAreNotBelievedUntilAPersonSaysSo(t *testing.T) {
	const tickets = 150
	w := known(t, tickets)
	f := everything(func() []int { return upTo(10) })
	r := start(t, w, f.plan(time.Millisecond))
	fixture.Eventually(t, "somebody is alerted", func() bool { return r.text(t, "withheld") == strconv.Itoa(tickets-10) })
	r.passes(t, f, 2)
	if n := r.suspects(t); n != 0 {
		t.Errorf("%d are suspected", n)
	}
	fixture.Eventually(t, "the status says why", func() bool { return len(r.text(t, "error")) > 0 })
	if err := sweep.Believe(context.Background(), r.DB, "acme", "ticket", tickets, time.Hour, "ada", "a department left"); err != nil {
		t.Fatal(err)
	}
	fixture.Eventually(t, "they are suspected", func() bool { return r.suspects(t) == tickets-10 })
	fixture.Eventually(t, "nobody is alerted any more", func() bool { return r.text(t, "withheld") == "0" && r.text(t, "error") == "" })

	m, err := mirror.Now(context.Background(), r.DB)
	if err != nil {
		t.Fatal(err)
	}
	m.At = m.At.Add(time.Hour)
	gone := mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: "20"}, Source: mirror.Fetch, Presence: mirror.Absent, Opened: m}
	err = pg.InTx(context.Background(), w.DB, func(tx pgx.Tx) error {
		got, err := w.Mirror.Apply(context.Background(), tx, "acme", []mirror.Observation{gone})
		if err == nil && got[0].Outcome != mirror.Tombstoned {
			t.Errorf("a look at one of them ends as %v, want a tombstone", got[0].Outcome)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAListingThatIsNotKnownWholeSuspectsNobody(t *testing.T) {
	for name, spoil := range map[string]func(*sweep.Page){
		"its first page is missing": func(p *sweep.Page) { p.Listing.First = false },
		"a row came without an id": func(p *sweep.Page) {
			p.Drifted = []sweep.Drift{{Ref: mirror.Ref{Kind: "ticket"}, Field: "id", Payload: []byte("{}")}}
		},
		"a page of something else came last": func(p *sweep.Page) { p.Listing.Last = false },
	} {
		t.Run(name, func(t *testing.T) {
			f := everything(func() []int { return upTo(2) })
			whole := f.next
			f.next = func(n int, place string) (sweep.Page, error) {
				p, err := whole(n, place)
				spoil(&p)
				return p, err
			}
			r := start(t, known(t, 4), f.plan(time.Millisecond))
			r.passes(t, f, 3)
			if n := r.suspects(t); n != 0 {
				t.Errorf("%d are suspected", n)
			}
		})
	}
}

func TestABeliefNeedsAReason(t *testing.T) {
	w := fixture.New(t)
	for name, got := range map[string]error{
		"no reason":   sweep.Believe(context.Background(), w.DB, "acme", "ticket", 5, time.Hour, "ada", ""),
		"no number":   sweep.Believe(context.Background(), w.DB, "acme", "ticket", 0, time.Hour, "ada", "why"),
		"not for now": sweep.Believe(context.Background(), w.DB, "acme", "ticket", 5, 0, "ada", "why"),
	} {
		if fault.KindOf(got) != fault.Invalid {
			t.Errorf("%s: %v", name, got)
		}
	}
	if err := sweep.Believe(context.Background(), w.DB, "acme", "unheard-of", 5, time.Hour, "ada", "why"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of nothing: %v", fmt.Sprint(err))
	}
}
