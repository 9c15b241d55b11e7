package sweep_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// log is a feed of a vendor's own: every sweep reads the same entries again.
func log(entries ...sweep.Told) (sweep.Plan, *feed) {
	f := &feed{next: func(int, string) (sweep.Page, error) { return sweep.Page{Told: entries, Complete: true}, nil }}
	return sweep.Plan{Kind: "event", Feeds: []string{"ticket"}, Lag: time.Minute, Every: time.Millisecond, Next: f.plan(0).Next}, f
}

func snapshot(key, id, summary string, at time.Time) sweep.Told {
	o := fixture.Ticket(id, summary)
	o.VendorTime = at
	return sweep.Told{Key: key, Ref: o.Ref, Snapshot: &o}
}

func (r *rig) reads(t *testing.T, f *feed, n int64) {
	t.Helper()
	fixture.Eventually(t, "the feed is read again and again", func() bool { return f.calls.Load() >= n })
}

func TestAFeedOfEventsIsTakenInOnceAndInOrder(t *testing.T) {
	at := time.Now().Add(-time.Hour)
	plan, f := log(snapshot("a", "1", "first", at), snapshot("b", "1", "second", at.Add(time.Minute)),
		sweep.Told{Key: "c", Ref: mirror.Ref{Kind: "ticket", VendorID: "2"}}, sweep.Told{Key: "d"})
	r := start(t, fixture.New(t), plan)
	r.reads(t, f, 4)
	if n := r.count(t, "select count(*) from ticket where vendor_id = '1' and payload ->> 'summary' = 'second'"); n != 1 {
		t.Error("ticket 1 is not as it was told last")
	}
	if n := r.count(t, "select count(*) from job where class = 1 and vendor_id = '2'"); n != 1 {
		t.Errorf("%d looks at ticket 2, want one", n)
	}
	if n := r.count(t, "select count(*) from job where vendor_id = '1'"); n != 0 {
		t.Errorf("%d looks at ticket 1, whose snapshots tell all", n)
	}
	if n := r.count(t, "select count(*) from delivery where outcome = 'feed'"); n != 3 {
		t.Errorf("%d entries are kept, want each once that is about something", n)
	}
	fixture.Eventually(t, "it is as fresh as the feed is complete", func() bool {
		return r.count(t, "select count(*) from cursor where kind = 'event' and swept_at < now() - interval '1 minute'") == 1
	})
}

func TestWhatCameByWebhookIsNoNewsInTheFeed(t *testing.T) {
	w := fixture.New(t)
	_, err := w.DB.Exec(context.Background(), `insert into delivery (id, connection, dedupe_key, outcome) values
		(gen_random_uuid(), 'acme', 'a', 'applied'), (gen_random_uuid(), 'other', 'b', 'applied'), (gen_random_uuid(), 'acme', 'c', 'ignored')`)
	if err != nil {
		t.Fatal(err)
	}
	plan, f := log(sweep.Told{Key: "a", Ref: mirror.Ref{Kind: "ticket", VendorID: "1"}}, sweep.Told{Key: "b", Ref: mirror.Ref{Kind: "ticket", VendorID: "2"}},
		sweep.Told{Key: "c", Ref: mirror.Ref{Kind: "ticket", VendorID: "3"}})
	r := start(t, w, plan)
	r.reads(t, f, 3)
	if n := r.count(t, "select count(*) from job where vendor_id = '3'"); n != 1 {
		t.Errorf("%d looks at what a webhook was ignored about", n)
	}
	if n := r.count(t, "select count(*) from job where vendor_id = '1'"); n != 0 {
		t.Errorf("%d looks at what a webhook has told", n)
	}
	if n := r.count(t, "select count(*) from job where vendor_id = '2'"); n != 1 {
		t.Errorf("%d looks at what only another connection was told", n)
	}
}

// A delivery that brought no state and waits for its look has told nothing yet: what the feed brings need not wait with it.
func TestWhatWaitsForALookIsTakenFromTheFeed(t *testing.T) {
	w := fixture.New(t)
	_, err := w.DB.Exec(context.Background(), `
		with told as (insert into delivery (id, connection, dedupe_key, kind, vendor_id, outcome) values
			(gen_random_uuid(), 'acme', 'a', 'ticket', '1', 'fetch'), (gen_random_uuid(), 'acme', 'b', 'ticket', '2', 'fetch'))
		insert into job (id, format, connection, kind, vendor_id, lane, class, operation, state, runnable_at, again_at)
		values (gen_random_uuid(), 1, 'acme', 'ticket', '1', 'fetch/ticket/1', 1, 'Fetch', 1, now() + interval '1 hour', now())`)
	if err != nil {
		t.Fatal(err)
	}
	plan, f := log(snapshot("a", "1", "first", time.Now()), snapshot("b", "2", "first", time.Now()))
	r := start(t, w, plan)
	r.reads(t, f, 3)
	if n := r.count(t, "select count(*) from ticket where vendor_id = '1'"); n != 1 {
		t.Error("what the feed tells is not taken in, and its look waits")
	}
	if n := r.count(t, "select count(*) from ticket where vendor_id = '2'"); n != 0 {
		t.Error("what was looked at is taken in again")
	}
}

// Promise 6: what stands in the feed, and no delivery told of in time, was missed.
func TestWhatOnlyTheFeedTellsOfIsMissed(t *testing.T) {
	w := fixture.New(t)
	_, err := w.DB.Exec(context.Background(), `insert into cursor (connection, kind, swept_at) values ('acme', 'event', now()), ('acme', 'ticket', now())`)
	if err != nil {
		t.Fatal(err)
	}
	plan, f := log(sweep.Told{Key: "a", Ref: mirror.Ref{Kind: "ticket", VendorID: "1"}})
	r := start(t, w, plan)
	r.reads(t, f, 3)
	if n := r.count(t, "select count(*) from unannounced"); n != 1 {
		t.Errorf("%d changes are unannounced, want one", n)
	}
	fixture.Eventually(t, "it is counted", func() bool { return r.runner.CountMissed(context.Background()) == nil && r.text(t, "missed") == "1" })
}

// A delivery that was left to the feed came all the same: what the feed tells of it, be it in parts, is news, and was not missed.
func TestWhatADeliveryLeftToTheFeedIsNotMissed(t *testing.T) {
	w := fixture.New(t)
	_, err := w.DB.Exec(context.Background(), `
		with told as (insert into delivery (id, connection, dedupe_key, outcome) values (gen_random_uuid(), 'acme', 'a', 'ignored'))
		insert into cursor (connection, kind, swept_at) values ('acme', 'event', now()), ('acme', 'ticket', now())`)
	if err != nil {
		t.Fatal(err)
	}
	part := snapshot("a/2", "2", "second", time.Now())
	part.Delivery = "a"
	plan, f := log(snapshot("a", "1", "first", time.Now()), part)
	r := start(t, w, plan)
	r.reads(t, f, 3)
	if n := r.count(t, "select count(*) from ticket where vendor_id in ('1', '2')"); n != 2 {
		t.Error("what the feed tells is not taken in")
	}
	if n := r.count(t, "select count(*) from unannounced"); n != 0 {
		t.Errorf("%d changes are unannounced, want none", n)
	}
}

// Promise 6: once. What a list found before the feed told of it is the feed's to count.
func TestWhatAListFindsIsCountedByItsFeedAlone(t *testing.T) {
	edited := atomic.Bool{}
	list := &feed{next: func(int, string) (sweep.Page, error) {
		o := fixture.Ticket("1", "first")
		if edited.Load() {
			o = fixture.Ticket("1", "edited")
		}
		return sweep.Page{Observations: []mirror.Observation{o}, Complete: true}, nil
	}}
	plan, _ := log()
	r := start(t, fixture.New(t), plan, list.plan(time.Millisecond))
	fixture.Eventually(t, "the backfill is done", func() bool { return r.text(t, "swept_at") != "" })
	edited.Store(true)
	fixture.Eventually(t, "the edit is found", func() bool {
		return r.count(t, "select count(*) from ticket where payload ->> 'summary' = 'edited'") == 1
	})
	if n := r.count(t, "select count(*) from unannounced"); n != 0 {
		t.Errorf("%d changes are unannounced, want none before the feed tells of it", n)
	}
}

// Promise 6: once. A feed that does not tell of all of a kind leaves it to the lists to count too: whoever comes second does not.
func TestWhatAListHasCountedIsNotCountedAgainByAFeed(t *testing.T) {
	for name, row := range map[string]struct{ counted, want string }{
		"counted since the feed was read":  {"now()", "0"},
		"found, and not counted yet":       {"null", "1"},
		"counted before that, and changed": {"now() - interval '2 hours'", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			w := fixture.New(t)
			for _, sql := range []string{
				`insert into cursor (connection, kind, swept_at) values ('acme', 'event', now() - interval '1 hour'), ('acme', 'ticket', now())`,
				`insert into unannounced (connection, kind, vendor_id, counted_at) values ('acme', 'ticket', '1', ` + row.counted + `)`,
			} {
				if _, err := w.DB.Exec(context.Background(), sql); err != nil {
					t.Fatal(err)
				}
			}
			plan, f := log(sweep.Told{Key: "a", Ref: mirror.Ref{Kind: "ticket", VendorID: "1"}})
			plan.Feeds = nil
			r := start(t, w, plan)
			r.reads(t, f, 3)
			fixture.Eventually(t, "what waited was counted", func() bool {
				return r.runner.CountMissed(context.Background()) == nil && r.count(t, "select count(*) from unannounced where counted_at is null") == 0
			})
			if got := r.text(t, "missed"); got != row.want {
				t.Errorf("%s are missed, want %s", got, row.want)
			}
		})
	}
}

// One entry that nobody can read stops nothing: it is kept for a person, once.
func TestAnOddEntryIsQuarantinedAndTheFeedGoesOn(t *testing.T) {
	plan, f := log(sweep.Told{Key: "a", Odd: "it names nothing", Kept: []byte(`{"id":"a"}`)}, sweep.Told{Key: "b", Ref: mirror.Ref{Kind: "ticket", VendorID: "2"}})
	r := start(t, fixture.New(t), plan)
	r.reads(t, f, 4)
	if n := r.count(t, "select count(*) from job where vendor_id = '2'"); n != 1 {
		t.Errorf("%d looks at what stands behind it", n)
	}
	if n := r.count(t, `select count(*) from dead_letter where kind = '' and reason = 'DELIVERY_UNREADABLE' and payload = '{"id":"a"}' and times = 1`); n != 1 {
		t.Errorf("%d dead letters of it", n)
	}
}

// A feed in which most cannot be read stops, rather than to bury all of it.
func TestAFeedOfOddEntriesStops(t *testing.T) {
	var entries []sweep.Told
	for _, key := range []string{"a", "b", "c", "d", "e", "f"} {
		entries = append(entries, sweep.Told{Key: key, Odd: "it names nothing"})
	}
	plan, _ := log(entries...)
	r := start(t, fixture.New(t), plan)
	fixture.Eventually(t, "it stops", func() bool {
		return r.count(t, "select count(*) from cursor where kind = 'event' and error like '%6 of 6 rows%'") == 1
	})
	if n := r.count(t, "select count(*) from dead_letter"); n != 0 {
		t.Errorf("%d are buried", n)
	}
}

// What a feed has forgotten is not stepped over: the kinds that it tells of are swept from the beginning, and are not fresh before.
func TestAGapInAFeedLetsItsKindsBeSweptAnew(t *testing.T) {
	w := fixture.New(t)
	_, err := w.DB.Exec(context.Background(), `insert into cursor (connection, kind, place, swept_at, next_at, lease, lease_until) values
		('acme', 'ticket', 'far', now(), now() + interval '1 day', 7, now() + interval '1 day'), ('other', 'ticket', 'far', now(), now() + interval '1 day', 7, null)`)
	if err != nil {
		t.Fatal(err)
	}
	f := &feed{next: func(_ int, place string) (sweep.Page, error) {
		return sweep.Page{Gap: place == "", Place: []byte("there"), Complete: true}, nil
	}}
	r := start(t, w, sweep.Plan{Kind: "event", Feeds: []string{"ticket"}, Every: time.Millisecond, Next: f.plan(0).Next})
	r.reads(t, f, 4)
	if n := r.count(t, `select count(*) from cursor where connection = 'acme' and kind = 'ticket' and place = '' and swept_at is null and next_at <= now() and lease <> 7 and lease_until is null`); n != 1 {
		t.Error("the kind goes on from where it was")
	}
	if n := r.count(t, `select count(*) from cursor where connection = 'other' and place = 'far' and swept_at is not null`); n != 1 {
		t.Error("another connection's kind begins anew")
	}
}
