package sweep_test

import (
	"context"
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
	if n := r.count(t, "select count(*) from delivery where outcome = 'feed'"); n != 4 {
		t.Errorf("%d entries are kept, want each once", n)
	}
	fixture.Eventually(t, "it is as fresh as the feed is complete", func() bool {
		return r.count(t, "select count(*) from cursor where kind = 'event' and swept_at < now() - interval '1 minute'") == 1
	})
}

func TestWhatCameByWebhookIsNoNewsInTheFeed(t *testing.T) {
	w := fixture.New(t)
	_, err := w.DB.Exec(context.Background(), `insert into delivery (id, connection, dedupe_key, outcome) values
		(gen_random_uuid(), 'acme', 'a', 'applied'), (gen_random_uuid(), 'other', 'b', 'applied')`)
	if err != nil {
		t.Fatal(err)
	}
	plan, f := log(sweep.Told{Key: "a", Ref: mirror.Ref{Kind: "ticket", VendorID: "1"}}, sweep.Told{Key: "b", Ref: mirror.Ref{Kind: "ticket", VendorID: "2"}})
	r := start(t, w, plan)
	r.reads(t, f, 3)
	if n := r.count(t, "select count(*) from job where vendor_id = '1'"); n != 0 {
		t.Errorf("%d looks at what a webhook has told", n)
	}
	if n := r.count(t, "select count(*) from job where vendor_id = '2'"); n != 1 {
		t.Errorf("%d looks at what only another connection was told", n)
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
