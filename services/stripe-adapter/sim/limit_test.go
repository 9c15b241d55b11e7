package sim_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// [official: rate-limits]
func TestLimitsSayWhichTheyAre(t *testing.T) {
	for name, row := range map[string]struct {
		cfg    sim.Config
		calls  []string // that pass
		last   string   // that does not
		reason string
		free   string // that passes all the same
	}{
		"of the account":   {sim.Config{Limit: 2}, []string{"/v1/customers", "/v1/events"}, "/v1/balance", "global-rate", ""},
		"of one operation": {sim.Config{EndpointLimit: 1}, []string{"/v1/customers"}, "/v1/customers", "endpoint-rate", "/v1/events"},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, row.cfg)
			for _, path := range row.calls {
				x.get(path)
			}
			out := x.do(http.MethodGet, row.last, "")
			if out.status != 429 || out.header.Get("Stripe-Rate-Limited-Reason") != row.reason || at(out.body, "error", "code") != "rate_limit" ||
				out.header.Get("Request-Id") == "" || out.header.Get("Retry-After") != "" {
				t.Errorf("%d %v %s", out.status, out.header, out.text)
			}
			if row.free != "" {
				x.get(row.free)
			}
			x.clock.Advance(time.Second)
			x.get(row.last)
		})
	}
}

// [official: rate-limits: an endpoint is one for all ids; 25 a second in a sandbox]
func TestTheUsualLimits(t *testing.T) {
	for live, want := range map[bool]int{false: 25, true: 25} { // live: the operation's limit comes first
		x := open(t, sim.Config{Live: live, Limit: map[bool]int{false: 25, true: 100}[live], EndpointLimit: 25})
		if live {
			x.key = "sk_live_sim"
		}
		passed := 0
		for x.do(http.MethodGet, "/v1/customers", "").status == 200 {
			passed++
		}
		if passed != want {
			t.Errorf("live %v: %d pass", live, passed)
		}
	}
}

// [official: rate-limits: 1,000 updates of one payment an hour]
func TestOnePaymentCannotChangeAllTheTime(t *testing.T) {
	x := open(t, simConfig())
	id, other := x.intent(), x.intent()
	var out answer
	for n := 0; n < 1001; n++ {
		out = x.do(http.MethodPost, "/v1/payment_intents/"+id, "", "Stripe-Version", "2026-03-25.dahlia")
	}
	if out.status != 429 || out.header.Get("Stripe-Rate-Limited-Reason") != "resource-specific" {
		t.Errorf("%d %v", out.status, out.header)
	}
	x.post("/v1/payment_intents/"+other, "description=x")
}

// [official: rate-limits, error-low-level; community: captured lock_timeout]
func TestMadeUpErrors(t *testing.T) {
	for name, row := range map[string]struct {
		plan     string
		switches func(*sim.Switches)
		status   int
		reason   string
		code     any
		request  bool
		retry    string
	}{
		"a limit":                  {`{"throttle_rate":1}`, func(*sim.Switches) {}, 429, "global-rate", "rate_limit", true, ""},
		"too much at once":         {`{"throttle_rate":1}`, func(s *sim.Switches) { s.ThrottleAs = "endpoint-concurrency" }, 429, "endpoint-concurrency", "rate_limit", true, ""},
		"a lock: no id, no reason": {`{"throttle_rate":1}`, func(s *sim.Switches) { s.ThrottleAs = "lock_timeout" }, 429, "", "lock_timeout", false, ""},
		"an error of the vendor's": {`{"error_rate":1}`, func(*sim.Switches) {}, 500, "", nil, true, ""},
		"one that says: try again": {`{"error_rate":1}`, func(s *sim.Switches) { s.ShouldRetry = "true" }, 500, "", nil, true, "true"},
		"one that says: do not":    {`{"error_rate":1,"error_status":503}`, func(s *sim.Switches) { s.ShouldRetry = "false" }, 503, "", nil, true, "false"},
		"a conflict":               {`{"error_rate":1,"error_status":409}`, func(*sim.Switches) {}, 409, "", "lock_timeout", true, ""},
		"somebody else's fault":    {`{"error_rate":1,"error_status":424}`, func(*sim.Switches) {}, 424, "", nil, true, ""},
		"a page of HTML":           {`{"error_rate":1,"html_errors":true}`, func(*sim.Switches) {}, 502, "", nil, true, ""},
		"a fault of another route": {`{"error_rate":1,"routes":["/v1/refunds"]}`, func(*sim.Switches) {}, 200, "", nil, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			x.switches(row.switches)
			x.plan(row.plan)
			out := x.do(http.MethodGet, "/v1/customers", "")
			if out.status != row.status || out.header.Get("Stripe-Rate-Limited-Reason") != row.reason || at(out.body, "error", "code") != row.code ||
				(out.header.Get("Request-Id") != "") != row.request || out.header.Get("Stripe-Should-Retry") != row.retry {
				t.Errorf("%d %v %s", out.status, out.header, out.text)
			}
		})
	}
}

// [unsure] whether Retry-After is ever sent: both ways.
func TestRetryAfterIsSentIfThePlanSaysSo(t *testing.T) {
	x := open(t, simConfig())
	x.plan(`{"throttle_rate":1,"retry_after_seconds":3}`)
	if got := x.do(http.MethodGet, "/v1/customers", "").header.Get("Retry-After"); got != "3" {
		t.Errorf("%q", got)
	}
}

// [official: rate-limits: 500 reads for each transaction in 30 days, at least 10,000]
func TestReadsAreCounted(t *testing.T) {
	x := open(t, simConfig())
	x.paid() // a write costs nothing
	for range 3 {
		x.get("/v1/customers")
	}
	x.refused(404, http.MethodGet, "/v1/customers/cus_no")
	if got := x.stripe.Reads(); got != (sim.Reads{Used: 4, Allowance: 10_000}) {
		t.Errorf("%+v", got)
	}
	if got := x.control(http.MethodGet, "/control/stripe/reads", ""); number(got["used"]) != 4 {
		t.Errorf("%v", got)
	}
	x.clock.Advance(31 * 24 * time.Hour)
	x.get("/v1/customers")
	if got := x.stripe.Reads().Used; got != 1 {
		t.Errorf("a month later: %d", got)
	}
}

func TestWhatWasJustCreatedIsAbsent(t *testing.T) {
	x := open(t, simConfig())
	x.plan(`{"absent_after_create_seconds":60}`)
	id := x.customer()
	if no := x.refused(404, http.MethodGet, "/v1/customers/"+id); no["code"] != "resource_missing" || no["param"] != "id" {
		t.Errorf("%v", no)
	}
	x.clock.Advance(time.Minute)
	x.get("/v1/customers/" + id)
}

func TestReadsAreStale(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer("name=Ada")
	x.clock.Advance(time.Minute)
	x.post("/v1/customers/"+id, "name=Amira")
	x.plan(`{"stale_read_seconds":30}`)
	young := x.customer()
	if got := x.get("/v1/customers/" + id)["name"]; got != "Ada" {
		t.Errorf("%v", got)
	}
	if got := ids(x.get("/v1/customers")); len(got) != 1 {
		t.Errorf("a stale list shows %v", got)
	}
	for range 5 {
		x.customer()
	}
	x.clock.Advance(time.Second)
	x.plan(`{"stale_read_seconds":1}`)
	if got := x.get("/v1/customers", "limit=2"); !slices.Equal(ids(got), ids(x.get("/v1/customers"))[:2]) || len(ids(x.get("/v1/customers"))) != 7 {
		t.Errorf("a stale page is %v", ids(got))
	}
	x.plan(`{"stale_read_seconds":30}`)
	x.refused(404, http.MethodGet, "/v1/customers/"+young)
	x.clock.Advance(29 * time.Second)
	if got := x.get("/v1/customers/" + id)["name"]; got != "Amira" {
		t.Errorf("half a minute later: %v", got)
	}
}

func TestDriftChangesAnswersAndNotTheState(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer("name=Ada")
	x.plan(`{"drift":{"drop":["email"],"retype":["balance"]}}`)
	out := x.do(http.MethodGet, "/v1/customers/"+id, "", "Stripe-Version", "2026-03-25.dahlia")
	if _, there := out.body["email"]; there || out.body["balance"] != "0" {
		t.Errorf("%v", out.body)
	}
	x.plan(`{"drift":null}`)
	if got := x.get("/v1/customers/" + id); got["email"] != "ada@example.com" {
		t.Errorf("afterwards %v", got)
	}
}
