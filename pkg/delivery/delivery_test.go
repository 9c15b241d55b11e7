package delivery_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const path = "an-unguessable-path"

// hook believes calls that carry a word, and reads "id" or {"id", "key"}.
type hook struct{}

func (hook) Prove(_ context.Context, _ string, h http.Header, _ []byte) delivery.Proof {
	if h.Get("Proof") == "yes" {
		return delivery.Verified
	}
	return delivery.Rejected
}

func (hook) Read(_ string, body []byte) ([]delivery.Notice, error) {
	var n struct {
		ID, Key, Summary string
		At               int64
		Fed              bool
	}
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, err
	}
	if n.ID == "" {
		return []delivery.Notice{{Key: n.Key}}, nil
	}
	x := delivery.Notice{Key: n.Key, Ref: mirror.Ref{Kind: "ticket", VendorID: n.ID}, Fed: n.Fed}
	if n.Summary != "" {
		o := fixture.Ticket(n.ID, n.Summary)
		if n.At > 0 {
			o.VendorTime = time.Unix(n.At, 0)
		}
		x.Snapshot = &o
	}
	return []delivery.Notice{x}, nil
}

type rig struct {
	*fixture.World
	mux      *http.ServeMux
	receiver *delivery.Receiver
	woken    atomic.Int64
}

func start(t *testing.T) *rig {
	t.Helper()
	r := &rig{World: fixture.New(t)}
	r.through(r.DB)
	return r
}

// through makes the receiver take calls in through db.
func (r *rig) through(db *pgxpool.Pool) {
	paths := map[string]string{"acme": path, "other": path, "silent": ""}
	r.mux = http.NewServeMux()
	r.receiver = delivery.New(db, r.Mirror, hook{}, delivery.Config{Paths: paths, MaxBody: 1000}, func(string) { r.woken.Add(1) }, r.Log)
	r.receiver.Mount(r.mux)
}

func (r *rig) call(address, body, proof string) int {
	req := httptest.NewRequest(http.MethodPost, address, strings.NewReader(body))
	req.Header.Set("Proof", proof)
	w := httptest.NewRecorder()
	r.mux.ServeHTTP(w, req)
	return w.Code
}

func (r *rig) count(t *testing.T, sql string, args ...any) (n int) {
	t.Helper()
	if err := r.DB.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Promise 10: a webhook without valid proof changes nothing, and bad input gets the right answer and loses nothing.
func TestWhatIsAnsweredAndWhatItChanges(t *testing.T) {
	for name, row := range map[string]struct {
		address, body, proof              string
		status, deliveries, fetches, dead int
	}{
		"a hint queues a fetch":         {"/webhooks/acme/" + path, `{"id":"1","key":"a"}`, "yes", 200, 1, 1, 0},
		"no proof":                      {"/webhooks/acme/" + path, `{"id":"1","key":"a"}`, "", 401, 0, 0, 0},
		"a wrong path":                  {"/webhooks/acme/guess", `{"id":"1"}`, "yes", 404, 0, 0, 0},
		"an unknown connection":         {"/webhooks/nobody/" + path, `{"id":"1"}`, "yes", 404, 0, 0, 0},
		"a connection without a path":   {"/webhooks/silent/", `{"id":"1"}`, "yes", 404, 0, 0, 0},
		"a body over the bound":         {"/webhooks/acme/" + path, strings.Repeat("x", 1001), "yes", 413, 0, 0, 0},
		"a body that cannot be read":    {"/webhooks/acme/" + path, `{"id":`, "yes", 202, 1, 0, 1},
		"a NUL in it":                   {"/webhooks/acme/" + path, "{\x00", "yes", 202, 1, 0, 1},
		"something that we do not keep": {"/webhooks/acme/" + path, `{"key":"b"}`, "yes", 200, 1, 0, 0},
		"an unordered snapshot":         {"/webhooks/acme/" + path, `{"id":"1","key":"c","summary":"new"}`, "yes", 200, 1, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			if got := r.call(row.address, row.body, row.proof); got != row.status {
				t.Errorf("status %d, want %d", got, row.status)
			}
			if n := r.count(t, "select count(*) from delivery"); n != row.deliveries {
				t.Errorf("%d deliveries, want %d", n, row.deliveries)
			}
			if n := r.count(t, "select count(*) from job where class = 1"); n != row.fetches {
				t.Errorf("%d fetches, want %d", n, row.fetches)
			}
			if n := r.count(t, "select count(*) from dead_letter"); n != row.dead {
				t.Errorf("%d dead letters, want %d", n, row.dead)
			}
		})
	}
}

func TestARepeatChangesNothingAndAConnectionIsNotAnother(t *testing.T) {
	r := start(t)
	for range 3 {
		if got := r.call("/webhooks/acme/"+path, `{"id":"1","key":"a"}`, "yes"); got != 200 {
			t.Fatalf("status %d", got)
		}
	}
	r.call("/webhooks/other/"+path, `{"id":"1","key":"a"}`, "yes")
	if n := r.count(t, "select count(*) from delivery where connection = 'acme'"); n != 1 {
		t.Errorf("%d deliveries of one call sent three times", n)
	}
	if n := r.count(t, "select count(*) from job where connection = 'other'"); n != 1 {
		t.Errorf("%d fetches for the other connection, want its own one", n)
	}
}

func TestHintsOfOneEntityJoinTheFetchThatIsStillQueued(t *testing.T) {
	r := start(t)
	for _, key := range []string{"a", "b", "c"} {
		r.call("/webhooks/acme/"+path, `{"id":"1","key":"`+key+`"}`, "yes")
	}
	if n := r.count(t, "select count(*) from job where class = 1"); n != 1 {
		t.Errorf("%d fetches queued for three hints, want one", n)
	}
	r.call("/webhooks/acme/"+path, `{"id":"1","key":"c"}`, "yes")
	if n := r.woken.Load(); n != 3 {
		t.Errorf("woken %d times, want 3: a repeat has nothing to do", n)
	}
}

func TestAnUnreadableCallSentAgainIsToldOnce(t *testing.T) {
	r := start(t)
	for range 3 {
		r.call("/webhooks/acme/"+path, `{"id":`, "yes")
	}
	r.call("/webhooks/acme/"+path, `{"id":2`, "yes")
	if n := r.count(t, "select count(*) from dead_letter"); n != 2 {
		t.Errorf("%d dead letters of two bodies, want two", n)
	}
	if n := r.count(t, "select max(times) from dead_letter"); n != 3 {
		t.Errorf("counted %d times, want 3", n)
	}
}

func TestAQuarantinedCallIsTakenInAgain(t *testing.T) {
	r := start(t)
	for body, want := range map[string]fault.Kind{`{"id":`: fault.Invalid, `{"id":"1","key":"a","summary":"old"}`: fault.Unknown} {
		err := pg.InTx(t.Context(), r.DB, func(tx pgx.Tx) error { return r.receiver.Retake(t.Context(), tx, "acme", []byte(body)) })
		if fault.KindOf(err) != want {
			t.Errorf("%s: %v, want %s", body, err, want)
		}
	}
	if n := r.count(t, "select count(*) from job where class = 1 and vendor_id = '1'"); n != 1 {
		t.Errorf("%d fetches, want one", n)
	}
}

// Promise 6: a delivery that comes in time takes its change off the list of those that may have been missed.
func TestADeliveryAnnouncesAChange(t *testing.T) {
	r := start(t)
	if _, err := r.DB.Exec(context.Background(), `insert into unannounced (connection, kind, vendor_id) values ('acme', 'ticket', '1'), ('acme', 'ticket', '2')`); err != nil {
		t.Fatal(err)
	}
	r.call("/webhooks/acme/"+path, `{"id":"1","key":"a"}`, "yes")
	if n := r.count(t, "select count(*) from unannounced"); n != 1 {
		t.Errorf("%d changes are unannounced, want the other one", n)
	}
}

func TestWithoutPostgresTheVendorIsAskedToComeAgain(t *testing.T) {
	r := start(t)
	r.DB.Close()
	if got := r.call("/webhooks/acme/"+path, `{"id":"1","key":"a"}`, "yes"); got != http.StatusServiceUnavailable {
		t.Errorf("status %d, want 503", got)
	}
}

// What was ignored when it came, by an adapter that knew less, or was configured otherwise, is news when it comes again.
func TestARepeatOfWhatWasIgnoredIsNoRepeat(t *testing.T) {
	for name, again := range map[string]string{"a hint": `{"id":"1","key":"a"}`, "a snapshot": `{"id":"1","key":"a","summary":"new"}`} {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			for _, body := range []string{`{"key":"a"}`, `{"key":"a"}`, again, again, `{"key":"a"}`} {
				if got := r.call("/webhooks/acme/"+path, body, "yes"); got != 200 {
					t.Errorf("status %d", got)
				}
			}
			if n := r.count(t, "select count(*) from delivery where kind = 'ticket' and vendor_id = '1' and outcome <> 'ignored'"); n != 1 {
				t.Errorf("%d deliveries of it", n)
			}
			if n := r.count(t, "select count(*) from job where class = 1"); n != 1 {
				t.Errorf("%d fetches, want one", n)
			}
		})
	}
}

// scrubbing keeps nothing but a word of what it cannot read.
type scrubbing struct{ hook }

func (scrubbing) Scrub([]byte) []byte { return []byte("scrubbed") }

func TestOfWhatCannotBeReadOnlyWhatMayBeKeptIs(t *testing.T) {
	r := start(t)
	r.mux = http.NewServeMux()
	delivery.New(r.DB, r.Mirror, scrubbing{}, delivery.Config{Paths: map[string]string{"acme": path}}, func(string) {}, r.Log).Mount(r.mux)
	for _, body := range []string{`{"secret":1`, `{"secret":2`} {
		if got := r.call("/webhooks/acme/"+path, body, "yes"); got != 202 {
			t.Errorf("status %d", got)
		}
	}
	if n := r.count(t, "select count(*) from delivery d join dead_letter l on l.payload = d.body where d.body = 'scrubbed'"); n != 4 {
		t.Errorf("%d rows, want each call's own: two by two", n)
	}
	if n := r.count(t, "select count(*) from delivery where body <> 'scrubbed'"); n != 0 {
		t.Errorf("%d hold more", n)
	}
}

// Promise 1: what a call names is told apart however it is spelled; of what nothing can be called a person is told.
func TestACallThatNamesWhatCannotBeStoredIsTakenInOrKept(t *testing.T) {
	r := start(t)
	long := strings.Repeat("k", 600)
	for body, want := range map[string]int{
		`{"id":"1","key":"a\u0000b"}`:           200,
		`{"id":"2","key":"` + long + `"}`:       200,
		`{"id":"3\u0000","key":"c"}`:            202,
		`{"id":"` + long + `","key":"d"}`:       202,
		`{"id":"1","key":"a\u0000another one"}`: 200,
	} {
		if got := r.call("/webhooks/acme/"+path, body, "yes"); got != want {
			t.Errorf("%.40q is answered %d, want %d", body, got, want)
		}
	}
	if n := r.count(t, "select count(*) from delivery where outcome = 'fetch'"); n != 3 {
		t.Errorf("%d deliveries, want 3", n)
	}
	if n := r.count(t, "select count(*) from dead_letter where reason = 'DELIVERY_UNREADABLE'"); n != 2 {
		t.Errorf("%d are kept for a person, want 2", n)
	}
}
