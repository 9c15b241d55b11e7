package sim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// received is one webhook call as it came in.
type received struct {
	signature string
	text      []byte
	body      object
}

// hook is a receiver of webhooks.
type hook struct {
	calls  chan received
	status atomic.Int32
	url    string
	id     string
	secret string
}

// receiver answers with the status; the account's sender runs meanwhile.
func (x *shop) receiver(status int) *hook {
	x.Helper()
	h := &hook{calls: make(chan received, 1000)}
	h.status.Store(int32(status)) //nolint:gosec // an HTTP status
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call := received{signature: r.Header.Get("Stripe-Signature")}
		call.text, _ = io.ReadAll(r.Body)
		_ = json.Unmarshal(call.text, &call.body)
		w.WriteHeader(int(h.status.Load()))
		h.calls <- call
	}))
	x.Cleanup(server.Close)
	h.url = server.URL + "/hook"
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- x.stripe.Run(ctx) }()
	x.Cleanup(func() { stop(); <-ended })
	return h
}

// listen registers a receiver for some events.
func (x *shop) listen(status int, events string, params ...string) *hook {
	x.Helper()
	h := x.receiver(status)
	made := x.post("/v1/webhook_endpoints", append([]string{"url=" + h.url, "enabled_events[]=" + events}, params...)...)
	h.id, h.secret = str(made["id"]), str(made["secret"])
	return h
}

// next is the next call; it comes within moments or not at all.
func (h *hook) next(t *testing.T) received {
	t.Helper()
	select {
	case c := <-h.calls:
		return c
	case <-time.After(20 * time.Second):
		t.Fatal("no webhook came")
		return received{}
	}
}

// settled waits until every delivery has been made and recorded.
func (x *shop) settled() {
	x.Helper()
	for deadline := time.Now().Add(20 * time.Second); number(at(x.control(http.MethodGet, "/control/stats", ""), "webhooks", "waiting")) > 0; {
		if time.Now().After(deadline) {
			x.Fatal("deliveries are still waiting")
		}
	}
}

// [official: webhooks; client library: stripe-go webhook/client.go]
func TestADeliveryIsSignedAndTellsOfTheRequest(t *testing.T) {
	x := open(t, simConfig())
	h := x.listen(200, "*", "api_version=2026-03-25.dahlia")
	out := x.do(http.MethodPost, "/v1/customers", "name=Ada", "Idempotency-Key", "sa1-mark")
	call := h.next(t)
	event, err := webhook.ConstructEventWithOptions(call.text, call.signature, h.secret, webhook.ConstructEventOptions{IgnoreTolerance: true})
	if err != nil {
		t.Fatal(err)
	}
	if event.Type != "customer.created" || event.Request.IdempotencyKey != "sa1-mark" || event.Request.ID != out.header.Get("Request-Id") || event.APIVersion != "2026-03-25.dahlia" {
		t.Errorf("%+v", event)
	}
	if number(call.body["pending_webhooks"]) != 1 || at(call.body, "data", "object", "name") != "Ada" {
		t.Errorf("%v", call.body)
	}
	if _, err := webhook.ConstructEventWithOptions(call.text, call.signature, "whsec_other", webhook.ConstructEventOptions{IgnoreTolerance: true}); err == nil {
		t.Error("any secret will do")
	}
	doc, err := sim.Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range (checker{doc}).check(doc.Components.Schemas["event"], call.body, "$") {
		t.Error(fault)
	}
}

// [official: webhooks, "Roll endpoint signing secrets": one v1 for each secret]
func TestASecretIsRolled(t *testing.T) {
	x := open(t, simConfig())
	h := x.listen(200, "customer.created")
	fresh, err := x.stripe.Roll(h.id, 3600)
	if err != nil {
		t.Fatal(err)
	}
	good := func(secret string) bool {
		x.customer()
		call := h.next(t)
		_, err := webhook.ConstructEventWithOptions(call.text, call.signature, secret, webhook.ConstructEventOptions{IgnoreTolerance: true, IgnoreAPIVersionMismatch: true})
		return err == nil
	}
	if !good(h.secret) || !good(fresh) {
		t.Error("during the overlap one of the secrets is not good")
	}
	x.clock.Advance(time.Hour)
	if good(h.secret) || !good(fresh) {
		t.Error("after the overlap the old one still signs, or the new one does not")
	}
}

// [official: api webhook_endpoints: "secret ... only returned at creation"]
func TestEndpointsAreKept(t *testing.T) {
	x := open(t, simConfig())
	made := x.post("/v1/webhook_endpoints", "url=https://example.com/hook", "enabled_events[]=customer.created", "enabled_events[]=refund.created", "metadata[by]=me", "api_version=2026-03-25.dahlia")
	path := "/v1/webhook_endpoints/" + str(made["id"])
	if got := x.get(path); made["secret"] == nil || got["secret"] != nil || got["api_version"] != "2026-03-25.dahlia" || at(got, "metadata", "by") != "me" {
		t.Errorf("made %v, read %v", made, got)
	}
	x.refused(400, http.MethodPost, path, "api_version=2026-04-22.dahlia") // it cannot change
	if got := x.post(path, "enabled_events[]=*", "disabled=true"); got["status"] != "disabled" || len(got["enabled_events"].([]any)) != 1 {
		t.Errorf("%v", got)
	}
	if got := ids(x.get("/v1/webhook_endpoints")); len(got) != 1 {
		t.Errorf("%v", got)
	}
	x.do(http.MethodDelete, path, "")
	x.refused(404, http.MethodGet, path)
	for range 16 {
		x.post("/v1/webhook_endpoints", "url=https://example.com/hook", "enabled_events[]=*")
	}
	x.refused(400, http.MethodPost, "/v1/webhook_endpoints", "url=https://example.com/hook", "enabled_events[]=*")
}

// [official: webhooks: retries; delivery_success]
func TestAFailedDeliveryComesAgain(t *testing.T) {
	x := open(t, sim.Config{RetryAfter: []time.Duration{time.Minute, time.Hour}})
	h := x.listen(500, "customer.created")
	x.customer()
	first := h.next(t)
	x.settled()
	failed := func() []string { return ids(x.get("/v1/events", "delivery_success=false")) }
	if got := failed(); len(got) != 1 || got[0] != first.body["id"] {
		t.Errorf("failed: %v", got)
	}
	x.clock.Advance(time.Minute)
	second := h.next(t)
	if string(second.text) != string(first.text) || second.signature == first.signature {
		t.Error("another body, or the same signature")
	}
	x.settled()
	h.status.Store(200)
	x.clock.Advance(time.Hour)
	h.next(t)
	x.settled()
	if got := failed(); len(got) != 0 {
		t.Errorf("still failed: %v", got)
	}
	if got := number(x.get("/v1/events/" + str(first.body["id"]))["pending_webhooks"]); got != 0 {
		t.Errorf("pending: %d", got)
	}
}

func TestRetriesEnd(t *testing.T) {
	for name, act := range map[string]func(*shop, *hook){
		"when there were enough":        func(x *shop, h *hook) { x.clock.Advance(time.Minute); h.next(x.T); x.settled() },
		"when the endpoint is deleted":  func(x *shop, h *hook) { x.do(http.MethodDelete, "/v1/webhook_endpoints/"+h.id, "") },
		"when the endpoint is disabled": func(x *shop, h *hook) { x.post("/v1/webhook_endpoints/"+h.id, "disabled=true") },
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{RetryAfter: []time.Duration{time.Minute}})
			h := x.listen(500, "customer.created")
			x.customer()
			h.next(t)
			x.settled()
			act(x, h)
			x.clock.Advance(time.Hour)
			x.get("/v1/balance")
			x.settled()
			if len(h.calls) != 0 {
				t.Error("it came again")
			}
		})
	}
}

// [official: webhooks: "no ordering", "more than once"; the plan's faults]
func TestDeliveriesAreDroppedDoubledAndShuffled(t *testing.T) {
	for name, row := range map[string]struct {
		plan    string
		came    int
		pending int // events that some endpoint has not taken
	}{
		"calm":                             {`{}`, 3, 0},
		"doubled":                          {`{"webhooks":{"duplicate":1}}`, 6, 0},
		"dropped":                          {`{"webhooks":{"drop":1}}`, 0, 3},
		"overtaken, and sent all the same": {`{"webhooks":{"reorder":1}}`, 3, 0},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			h := x.listen(200, "customer.created")
			x.plan(row.plan)
			for range 3 {
				x.customer()
			}
			x.settled()
			if got := len(h.calls); got != row.came {
				t.Errorf("%d came", got)
			}
			if got := ids(x.get("/v1/events", "delivery_success=false")); len(got) != row.pending {
				t.Errorf("pending: %v", got)
			}
		})
	}
}

// [official: webhooks: two separate events for one change]
func TestOneChangeMayMakeTwoEvents(t *testing.T) {
	x := open(t, simConfig())
	h := x.listen(200, "customer.created")
	x.switches(func(s *sim.Switches) { s.TwinRate = 1 })
	id := x.customer()
	one, two := h.next(t), h.next(t)
	if one.body["id"] == two.body["id"] || at(one.body, "data", "object", "id") != id || at(two.body, "data", "object", "id") != id {
		t.Errorf("%v and %v", one.body["id"], two.body["id"])
	}
}

func TestEventsOfOneChangeComeInAnyOrder(t *testing.T) {
	x := open(t, simConfig())
	x.switches(func(s *sim.Switches) { s.ShuffleEvents = true })
	orders := map[string]bool{}
	for range 20 {
		x.paid("capture_method=automatic")
		fresh := x.happened()
		slices.Sort(slices.Clone(fresh))
		orders[fresh[0]] = true
	}
	if len(orders) < 2 {
		t.Errorf("always %v first", orders)
	}
}

// [official: webhooks versioning; D-VER] a payload is in the endpoint's version, or else the account's.
func TestTheVersionOfAPayload(t *testing.T) {
	for name, row := range map[string]struct {
		params  []string
		version string
		old     bool
	}{
		"of an endpoint with one":    {[]string{"api_version=2026-03-25.dahlia"}, "2026-03-25.dahlia", false},
		"of an endpoint without one": {nil, "2025-01-27.acacia", true},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			h := x.listen(200, "invoice.paid", row.params...)
			id, _ := x.draft()
			x.post("/v1/invoices/" + id + "/pay")
			call := h.next(t)
			paid, old := at(call.body, "data", "object", "paid"), at(call.body, "data", "object", "payment_intent")
			if call.body["api_version"] != row.version || (paid == true) != row.old || (old != nil) != row.old {
				t.Errorf("%v: paid %v, payment_intent %v", call.body["api_version"], paid, old)
			}
			feed := rows(x.get("/v1/events", "type=invoice.paid"))[0]
			if feed["api_version"] != "2025-01-27.acacia" || at(feed, "data", "object", "paid") != true {
				t.Errorf("the feed shows %v, whatever was asked for", feed["api_version"])
			}
		})
	}
}

// [official: event destinations; client library: stripe-go event_notification.go]
func TestAThinPayloadSaysWhereToLook(t *testing.T) {
	x := open(t, simConfig())
	h := x.listen(200, "customer.created")
	x.switches(func(s *sim.Switches) { s.WebhookPayload = "thin" })
	id := x.customer()
	call := h.next(t)
	if call.body["object"] != "v2.core.event" || call.body["type"] != "v1.customer.created" || at(call.body, "related_object", "id") != id ||
		at(call.body, "related_object", "url") != "/v1/customers/"+id || call.body["data"] != nil || call.body["created"] != "2026-03-02T09:14:05.000Z" {
		t.Errorf("%v", call.body)
	}
	x.get(str(at(call.body, "related_object", "url")))
}

// [unsure: timing] an endpoint that fails is switched off, if the account is like that.
func TestAFailingEndpointIsDisabled(t *testing.T) {
	for limit, want := range map[int]string{0: "enabled", 2: "disabled"} {
		x := open(t, simConfig())
		x.switches(func(s *sim.Switches) { s.AutoDisable = limit })
		h := x.listen(500, "customer.created")
		x.customer()
		x.customer()
		x.settled()
		if got := x.get("/v1/webhook_endpoints/" + h.id)["status"]; got != want {
			t.Errorf("limit %d: %v", limit, got)
		}
	}
}

// [official: Connect webhooks] a connected account's events go to the platform's Connect endpoints and name the account.
func TestEventsOfAConnectedAccount(t *testing.T) {
	x := open(t, sim.Config{Connected: []string{"acct_other"}})
	own, connect := x.listen(200, "*"), x.listen(200, "*", "connect=true")
	x.do(http.MethodPost, "/v1/customers", "name=Ada", "Stripe-Account", "acct_other")
	call := connect.next(t)
	x.settled()
	if call.body["account"] != "acct_other" || len(own.calls) != 0 {
		t.Errorf("account %v, and %d at the account's own", call.body["account"], len(own.calls))
	}
}

func TestAnEventIsSentAgainAndOneIsForged(t *testing.T) {
	x := open(t, simConfig())
	h := x.listen(200, "customer.created")
	x.customer()
	first := h.next(t)
	x.control(http.MethodPost, "/control/stripe/resend", `{"id":"`+str(first.body["id"])+`"}`)
	if again := h.next(t); again.body["id"] != first.body["id"] {
		t.Errorf("%v", again.body["id"])
	}
	x.control(http.MethodPost, "/control/stripe/forge", `{"id":"evt_live","body":{"id":"evt_live","object":"event","livemode":true}}`)
	forged := h.next(t)
	if _, err := webhook.ConstructEventWithOptions(forged.text, forged.signature, h.secret, webhook.ConstructEventOptions{IgnoreTolerance: true, IgnoreAPIVersionMismatch: true}); err != nil || forged.body["livemode"] != true {
		t.Errorf("%v %v", err, forged.body)
	}
}
