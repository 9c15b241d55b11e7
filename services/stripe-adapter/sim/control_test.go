package sim_test

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestTheLedgerTellsWhoDidWhat(t *testing.T) {
	x := open(t, simConfig())
	x.do(http.MethodPost, "/v1/customers", "name=Ada&metadata[op_id]=one", "Idempotency-Key", "k")
	x.do(http.MethodPost, "/v1/customers", "name=Ada&metadata[op_id]=one", "Idempotency-Key", "k") // a replay is no change
	id := ids(x.get("/v1/customers"))[0]
	x.control(http.MethodPost, "/control/stripe/do", `{"method":"POST","path":"/v1/customers/`+id+`","params":{"name":"Amira"}}`)
	entries, _ := x.control(http.MethodGet, "/control/ledger", "")["entries"].([]any)
	var told [][]any
	for _, element := range entries {
		e, _ := element.(object)
		told = append(told, []any{e["kind"], e["op"], e["by"], at(e, "marks", "op_id"), at(e, "marks", "idempotency_key"), at(e, "fields", "name")})
	}
	want := [][]any{{"customer", "create", "api", "one", "k", "Ada"}, {"customer", "update", "person", "one", nil, "Amira"}}
	if !equal(told, want) {
		t.Errorf("%v", told)
	}
}

// A person's change has no request in its event: it is nobody's echo. [official: OpenAPI notification_event_request]
func TestAPersonsChangeIsNobodysEcho(t *testing.T) {
	x := open(t, simConfig())
	if _, err := x.stripe.Do("", http.MethodPost, "/v1/customers", map[string][]string{"name": {"Ada"}}); err != nil {
		t.Fatal(err)
	}
	e := rows(x.get("/v1/events"))[0]
	if at(e, "request", "id") != nil || at(e, "request", "idempotency_key") != nil {
		t.Errorf("%v", e["request"])
	}
}

func TestTheTruthIsNotStale(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer("name=Ada")
	x.clock.Advance(time.Minute)
	x.post("/v1/customers/"+id, "name=Amira")
	x.plan(`{"stale_read_seconds":300,"outage":true}`)
	if got := x.control(http.MethodGet, "/control/stripe/objects/"+id, ""); got["name"] != "Amira" {
		t.Errorf("%v", got)
	}
	if out := x.do(http.MethodGet, "/control/stripe/objects/cus_no", ""); out.status != 404 {
		t.Errorf("%d", out.status)
	}
}

func TestControlsThatAreRefused(t *testing.T) {
	x := open(t, simConfig())
	for name, row := range map[string][3]string{
		"a switch that does not exist":   {"PATCH", "/control/stripe/switches", `{"colour":"red"}`},
		"a position that does not exist": {"PATCH", "/control/stripe/switches", `{"throttle_as":"never"}`},
		"a rate beyond 1":                {"PATCH", "/control/stripe/switches", `{"twin_rate":2}`},
		"a version that is none":         {"PATCH", "/control/stripe/switches", `{"default_version":"new"}`},
		"a pause that is negative":       {"PATCH", "/control/stripe/switches", `{"write_ms":-1}`},
		"no JSON":                        {"POST", "/control/stripe/do", `x`},
		"an operation that is none":      {"POST", "/control/stripe/do", `{"method":"POST","path":"/v1/socks"}`},
		"a parameter that is none":       {"POST", "/control/stripe/do", `{"method":"POST","path":"/v1/customers","params":{"sock":"1"}}`},
		"of an account that is none":     {"POST", "/control/stripe/do", `{"account":"acct_no","method":"POST","path":"/v1/customers"}`},
		"a payment that is none":         {"POST", "/control/stripe/authenticate", `{"id":"pi_no"}`},
		"a charge that is none":          {"POST", "/control/stripe/dispute", `{"id":"ch_no"}`},
		"an endpoint that is none":       {"POST", "/control/stripe/roll", `{"id":"we_no"}`},
		"an event that is none":          {"POST", "/control/stripe/resend", `{"id":"evt_no"}`},
	} {
		if out := x.do(row[0], row[1], row[2]); out.status < 400 || out.body["control_error"] == nil {
			t.Errorf("%s: %d %s", name, out.status, out.text)
		}
	}
}

func TestASwitchIsTurnedByControl(t *testing.T) {
	x := open(t, simConfig())
	if got := x.control(http.MethodPatch, "/control/stripe/switches", `{"twin_rate":1}`); number(got["twin_rate"]) != 1 || got["webhook_payload"] != "snapshot" {
		t.Errorf("%v", got)
	}
	x.customer()
	if got := x.events(); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

func TestTheClockIsMovedByControl(t *testing.T) {
	x := open(t, simConfig())
	id := x.paid("capture_method=manual")
	x.control(http.MethodPost, "/control/stripe/advance", `{"seconds":604800}`)
	if got := x.get("/v1/payment_intents/" + id)["status"]; got != "canceled" {
		t.Errorf("%v", got)
	}
	if out := x.do(http.MethodGet, "/v1/balance", ""); out.header.Get("Date") != "Mon, 09 Mar 2026 09:14:05 GMT" {
		t.Errorf("an answer is of %s", out.header.Get("Date"))
	}
}

func TestSeedAndReset(t *testing.T) {
	x := open(t, sim.Config{Customers: 120})
	first := x.get("/v1/customers", "limit=100")
	if len(ids(first)) != 100 || first["has_more"] != true || len(x.events()) != 0 {
		t.Errorf("%d customers, %d events", len(ids(first)), len(x.events()))
	}
	x.customer()
	x.control(http.MethodPost, "/control/stripe/seed", `{"customers":5}`)
	x.plan(`{"error_rate":1}`)
	x.switches(func(s *sim.Switches) { s.TwinRate = 1 })
	x.do(http.MethodPost, "/control/reset", "")
	rest := x.get("/v1/customers", "limit=100", "starting_after="+ids(x.get("/v1/customers", "limit=100"))[99])
	if len(ids(rest)) != 20 || x.stripe.Switches().TwinRate != 0 {
		t.Errorf("%d beyond the first hundred", len(ids(rest)))
	}
	x.control(http.MethodPost, "/control/stripe/seed", `{"customers":1,"payments":3}`)
	if p := rows(x.get("/v1/payment_intents", "expand[]=data.latest_charge", "expand[]=data.customer")); len(p) != 3 || at(p[0], "latest_charge", "balance_transaction") == nil {
		t.Errorf("%v", p)
	}
	again := sim.New(sim.Config{Customers: 3, Payments: 2, Clock: x.clock.Now})
	other := sim.New(sim.Config{Customers: 3, Payments: 2, Clock: x.clock.Now})
	if a, b := firstOf(t, again), firstOf(t, other); a != b {
		t.Errorf("one seed, two worlds: %s and %s", a, b)
	}
}

func firstOf(t *testing.T, s *sim.Stripe) string {
	t.Helper()
	text, err := s.Do("", http.MethodGet, "/v1/customers", nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Many at once, for the race detector: refunds of one payment never give back more than was paid.
func TestManyAtOnce(t *testing.T) {
	x := open(t, simConfig())
	h := x.listen(200, "*")
	id := x.paid()
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 5 {
				_, _ = x.try(http.MethodPost, "/v1/refunds", "payment_intent="+id+"&amount=100")
				_, _ = x.try(http.MethodGet, "/v1/refunds", "payment_intent="+id)
				_, _ = x.try(http.MethodPost, "/v1/customers", "name=Ada", "Idempotency-Key", string(rune('a'+n)))
				_, _ = x.try(http.MethodGet, "/v1/events", "limit=5")
			}
		})
	}
	all.Wait()
	x.settled()
	if got := ids(x.get("/v1/refunds", "limit=100")); len(got) != 20 {
		t.Errorf("%d refunds of 100 out of 2000", len(got))
	}
	if got := ids(x.get("/v1/customers", "limit=100")); len(got) != 8 {
		t.Errorf("%d customers for 8 keys", len(got))
	}
	if len(h.calls) == 0 || slices.Contains(x.events(), "") {
		t.Error("no events")
	}
}
