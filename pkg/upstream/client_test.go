package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestAnAnswerComesBackWhole(t *testing.T) {
	var asked *http.Request
	s := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r
		w.Header().Set("X-Request-Id", "abc")
		w.Header().Set("Date", "Fri, 25 Sep 2026 06:41:08 GMT")
		_, _ = w.Write([]byte(`{"id":7}`))
	})
	w := &witness{}
	c := client(t, s.URL, w, func(cfg *upstream.Config) { cfg.TrackingHeaders = []string{"Request-Id", "X-Request-Id"} })
	call := get(s.URL)
	call.URL += "?a=1"
	call.Query = url.Values{"nocache": {"true"}}

	got, err := c.Do(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	want := &upstream.Response{
		Method: "GET", Status: 200, Body: []byte(`{"id":7}`), TrackingID: "abc",
		Date: time.Date(2026, 9, 25, 6, 41, 8, 0, time.UTC),
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(upstream.Response{}, "Header")); d != "" {
		t.Error(d)
	}
	if asked.URL.RawQuery != "a=1&nocache=true" || asked.Header.Get("Accept") != "application/json" {
		t.Errorf("asked %q with %v", asked.URL.RawQuery, asked.Header)
	}
	if len(w.rows) != 1 || w.rows[0].Status != 200 || w.rows[0].Fault != nil || w.passes != 1 || w.outcomes[0].Fault != nil {
		t.Errorf("journal %+v, gate %+v", w.rows, w.outcomes)
	}
}

func TestWhatCanGoWrong(t *testing.T) {
	type want struct {
		Kind     fault.Kind
		Reason   string
		Status   int
		MayApply bool // of a POST; a GET never
		Ours     bool
	}
	for name, tc := range map[string]struct {
		vendor  http.HandlerFunc
		change  func(*upstream.Config)
		timeout time.Duration
		want    want
	}{
		"the vendor hangs up unanswered": {
			vendor: hangUp, want: want{fault.Unavailable, upstream.ReasonNoAnswer, 0, true, false},
		},
		"the vendor never answers": {
			vendor: never, timeout: 50 * time.Millisecond, want: want{fault.Unavailable, upstream.ReasonTimeout, 0, true, false},
		},
		"the answer breaks off": {
			vendor: cutShort(200), want: want{fault.Unavailable, upstream.ReasonAnswerCut, 200, true, false},
		},
		"an error's page breaks off": {
			vendor: cutShort(400), want: want{fault.Invalid, "REFUSED", 400, false, false},
		},
		"the answer is too large": {
			vendor: answers(200, "0123456789"), change: func(c *upstream.Config) { c.MaxBody = 9 },
			want: want{fault.Drift, upstream.ReasonTooLarge, 200, true, false},
		},
		"an error's page is too large": {
			vendor: answers(500, "0123456789"), change: func(c *upstream.Config) { c.MaxBody = 9 },
			want: want{fault.Unavailable, "SERVER_ERROR", 500, true, false},
		},
		"the vendor fails":   {vendor: answers(500, ""), want: want{fault.Unavailable, "SERVER_ERROR", 500, true, false}},
		"the vendor refuses": {vendor: answers(422, "no"), want: want{fault.Invalid, "REFUSED", 422, false, false}},
		"credentials are refused and nothing renews them": {
			vendor: answers(401, ""), want: want{fault.Unauthorized, "UNAUTHORIZED", 401, false, false},
		},
		"the vendor points elsewhere": {
			vendor: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
			want:   want{fault.Drift, upstream.ReasonRedirected, 302, false, false},
		},
		"the address is somebody else's": {
			vendor: answers(200, ""), change: func(c *upstream.Config) { c.Hosts = []string{"https://halo.test"} },
			want: want{fault.Drift, upstream.ReasonHost, 0, false, true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := vendor(t, tc.vendor)
			for _, call := range []upstream.Call{get(s.URL), post(s.URL)} {
				w := &witness{}
				c := client(t, s.URL, w, func(cfg *upstream.Config) {
					cfg.Timeout = tc.timeout
					if tc.change != nil {
						tc.change(cfg)
					}
				})
				_, err := c.Do(t.Context(), call)
				f := fault.Of(err)
				expected := tc.want
				expected.MayApply = expected.MayApply && call.Method == http.MethodPost
				if got := (want{f.Kind, f.Reason, f.Status, f.MayApply, w.outcomes[0].Ours}); got != expected {
					t.Errorf("%s: %+v, want %+v", call.Op, got, expected)
				}
				if f.Op != call.Op || w.rows[0].Fault != f || w.outcomes[0].Fault != f {
					t.Errorf("op %q; journal was told %v, the gate %v", f.Op, w.rows[0].Fault, w.outcomes[0].Fault)
				}
			}
		})
	}
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// never reads the body first, as a server notices that its client left only then.
func never(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func cutShort(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("half"))
	}
}

func TestWhatNeverLeftWasNotApplied(t *testing.T) {
	called := false
	s := vendor(t, func(http.ResponseWriter, *http.Request) { called = true })
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	closed := &fault.Error{Op: "gate", Kind: fault.Unavailable, Reason: "BUDGET", RetryAfter: time.Minute, MayApply: true}
	over, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	given, giveUp := context.WithCancel(t.Context())
	giveUp()

	for name, tc := range map[string]struct {
		ctx    context.Context
		url    string
		gate   error
		sign   upstream.Signer
		reason string
	}{
		"nobody listens":                    {url: gone.URL, reason: upstream.ReasonConnect},
		"the gate is closed":                {gate: closed, reason: "BUDGET"},
		"the gate fails":                    {gate: errors.New("no database"), reason: upstream.ReasonGate},
		"no token can be had":               {sign: broken{closed}, reason: "BUDGET"},
		"signing fails":                     {sign: broken{errors.New("no key")}, reason: upstream.ReasonSign},
		"the deadline has passed":           {ctx: over, reason: upstream.ReasonDeadline},
		"the caller gave up":                {ctx: given, reason: upstream.ReasonCanceled},
		"the address is not one":            {url: "::", reason: upstream.ReasonMalformed},
		"the address carries a login of it": {url: "http://admin:secret@127.0.0.1", reason: upstream.ReasonHost},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.url == "" {
				tc.url = s.URL
			}
			if tc.ctx == nil {
				tc.ctx = t.Context()
			}
			c := client(t, s.URL, &witness{closed: tc.gate}, func(cfg *upstream.Config) {
				cfg.Hosts, cfg.Sign = append(cfg.Hosts, gone.URL, "http://127.0.0.1"), tc.sign
			})
			_, err := c.Do(tc.ctx, post(tc.url))
			if f := fault.Of(err); f.Reason != tc.reason || f.MayApply || called {
				t.Errorf("%+v, want %s and nothing applied; the vendor was called: %v", f, tc.reason, called)
			}
		})
	}
	if !closed.MayApply || closed.Op != "gate" {
		t.Error("a fault that others hold was changed")
	}
}

type broken struct{ err error }

func (b broken) Sign(context.Context, *http.Request) error       { return b.err }
func (broken) Refused(context.Context, *http.Request) (ask bool) { return true }

func TestRowSaysWhoseTheCallWas(t *testing.T) {
	s := vendor(t, answers(200, `{}`))
	w := &witness{}
	call := post(s.URL)
	call.Entity = "ticket/7"
	if _, err := client(t, s.URL, w, nil).Do(upstream.WithJob(t.Context(), "j1"), call); err != nil {
		t.Fatal(err)
	}
	row := w.rows[0]
	got := []string{row.Vendor, row.Connection, row.Op, row.Job, row.Entity, row.Method, row.Route, row.URL, string(row.RequestBody), string(row.Body)}
	want := []string{"halo", "acme", "halo.CreateTicket", "j1", "ticket/7", "POST", "/Tickets", s.URL + "/Tickets", "[{}]", "{}"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if row.Started.IsZero() || row.Duration <= 0 || w.outcomes[0].Entity != "ticket/7" {
		t.Errorf("row %+v, outcome %+v", row, w.outcomes[0])
	}
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	whole := upstream.Config{Vendor: "halo", Connection: "acme", Hosts: []string{"https://halo.test"}, Classify: byStatus}
	for name, change := range map[string]func(*upstream.Config){
		"no classifier":     func(c *upstream.Config) { c.Classify = nil },
		"no host":           func(c *upstream.Config) { c.Hosts = nil },
		"host of no scheme": func(c *upstream.Config) { c.Hosts = []string{"halo.test"} },
		"host with a login": func(c *upstream.Config) { c.Hosts = []string{"https://a:b@halo.test"} },
	} {
		cfg := whole
		change(&cfg)
		if _, err := upstream.New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := upstream.New(whole); err != nil {
		t.Error(err)
	}
}
