package journal_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/journal"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestACallIsReadAsItWasRecorded(t *testing.T) {
	db := database(t)
	j := journal.New(db, journal.Config{Every: time.Millisecond})
	run(t, j)
	j.Record(&upstream.Exchange{
		Vendor: "halo", Connection: "acme", Op: "halo.CreateTicket", Job: "j1", Entity: "ticket/~1",
		Method: "POST", Route: "/Tickets", URL: "https://halo.test/api/Tickets?tenant=acme&api_key=k",
		RequestHeader: http.Header{"Authorization": {"Bearer abc"}, "Content-Type": {"application/json"}},
		RequestBody:   []byte(`[{"summary":"a\u0000b","password":"p"}]`),
		Started:       noon, Duration: 1234567 * time.Nanosecond,
		Status: 500, Header: http.Header{"Request-Id": {"r1"}, "Set-Cookie": {"c"}}, Body: []byte("\xff\x00oops"),
		TrackingID: "r1", TraceID: "t1",
		Fault: &fault.Error{Kind: fault.Unavailable, Reason: "SERVER_ERROR", Message: "oops"},
	})
	want := journal.Call{
		Connection: "acme", Op: "halo.CreateTicket", Job: "j1", Entity: "ticket/~1",
		Method: "POST", Route: "/Tickets", URL: "https://halo.test/api/Tickets?tenant=acme&api_key=***",
		Status: 500, Kind: "unavailable", Reason: "SERVER_ERROR", Message: "oops", TrackingID: "r1", TraceID: "t1",
		StartedAt: noon, Duration: 1234 * time.Microsecond, RequestBytes: 39, ResponseBytes: 6,
		RequestHeader: map[string]string{"Content-Type": "application/json"}, ResponseHeader: map[string]string{"Request-Id": "r1"},
		RequestBody: `[{"summary":"a\u0000b","password":"***"}]`, ResponseBody: "\uFFFDoops",
	}
	got := eventually(t, db, 1)[0]
	got.StartedAt = got.StartedAt.UTC()
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(journal.Call{}, "ID")); d != "" {
		t.Error(d)
	}
}

func TestWhatIsQueuedAtTheEndIsWritten(t *testing.T) {
	db := database(t)
	j := journal.New(db, journal.Config{Batch: 10, Every: time.Hour})
	for i := range 95 {
		j.Record(exchange(i))
	}
	run(t, j)()
	if got := list(t, db, journal.Filter{Limit: 500}); len(got) != 95 || j.Dropped() != 0 {
		t.Errorf("%d rows, %d dropped", len(got), j.Dropped())
	}
}

func TestNoCallWaitsForItsJournal(t *testing.T) {
	j := journal.New(nowhere{}, journal.Config{Queue: 10}) // nobody runs it
	for i := range 25 {
		j.Record(exchange(i))
	}
	if j.Dropped() != 15 {
		t.Errorf("%d dropped, want 15", j.Dropped())
	}
}

func TestRowsAreHeldWhilePostgresIsAway(t *testing.T) {
	db := &away{db: database(t)}
	j := journal.New(db, journal.Config{Queue: 20, Batch: 10, Every: time.Millisecond})
	run(t, j)
	for i := range 30 {
		j.Record(exchange(i))
	}
	for tried := false; !tried; time.Sleep(time.Millisecond) {
		db.mu.Lock()
		tried = db.hits > 3
		db.mu.Unlock()
	}
	db.returns()
	got := eventually(t, db.db.(journal.Queryer), 30-int(j.Dropped()))
	if len(got)+int(j.Dropped()) != 30 || len(got) < 20 {
		t.Errorf("%d rows, %d dropped", len(got), j.Dropped())
	}
}

func TestWhatPostgresNeverTakesIsDroppedAndCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := journal.New(&away{}, journal.Config{Hold: time.Minute})
		run(t, j)
		j.Record(exchange(1))
		time.Sleep(50 * time.Second)
		if j.Dropped() != 0 {
			t.Error("dropped within a minute")
		}
		time.Sleep(20 * time.Second)
		if j.Dropped() != 1 {
			t.Errorf("%d dropped after a minute, want 1", j.Dropped())
		}
		j.Record(exchange(2))
	})
}

func TestABatchWrittenUnheardIsNotWrittenTwice(t *testing.T) {
	db := database(t)
	j := journal.New(db, journal.Config{Every: time.Millisecond})
	run(t, j)
	j.Record(exchange(1))
	first := eventually(t, db, 1)[0]

	again := journal.New(again{db, first}, journal.Config{Every: time.Millisecond})
	again.Record(exchange(1))
	run(t, again)()
	if got := list(t, db, journal.Filter{}); len(got) != 1 || again.Dropped() != 0 {
		t.Errorf("%d rows, %d dropped", len(got), again.Dropped())
	}
}

func TestLongBodiesAreCut(t *testing.T) {
	db := database(t)
	j := journal.New(db, journal.Config{Every: time.Millisecond, MaxBody: 10})
	run(t, j)
	x := exchange(1)
	x.Body = []byte(strings.Repeat("ä", 100))
	j.Record(x)
	x.Body[0] = 'x' // the row shares nothing
	got := eventually(t, db, 1)[0]
	if got.ResponseBody != "äääää" || got.ResponseBytes != 200 {
		t.Errorf("kept %q of %d bytes", got.ResponseBody, got.ResponseBytes)
	}
}
