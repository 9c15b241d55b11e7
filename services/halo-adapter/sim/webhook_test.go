package sim_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// received is one webhook call as it came in.
type received struct {
	user, password string
	body           any
}

// listen points the tenant's webhook at a receiver and runs its sender. The receiver answers with the status.
func (x *tenant) listen(status int) <-chan received {
	x.Helper()
	calls := make(chan received, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		call := received{}
		call.user, call.password, _ = r.BasicAuth()
		_ = json.Unmarshal(text, &call.body)
		w.WriteHeader(status)
		calls <- call
	}))
	x.Cleanup(server.Close)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- x.halo.Run(ctx) }()
	x.Cleanup(func() { stop(); <-ended })
	x.halo.SetWebhook(server.URL+"/hook", "halo", "secret")
	return calls
}

func TestWebhooksTellOfEveryChange(t *testing.T) {
	x := open(t, sim.Config{})
	calls := x.listen(200)
	for _, row := range []struct {
		happen func()
		events []string
	}{
		{func() { x.create("") }, []string{"new ticket logged"}},
		{func() { x.post("/api/Tickets", `[{"id":10001,"summary":"y"}]`) }, []string{"ticket updated"}},
		{func() { x.post("/api/Tickets", `[{"id":10001,"status_id":9,"agent_id":4}]`) }, []string{"ticket status changed", "ticket reassigned"}},
		{func() { x.note(10001, `"note":"x"`) }, []string{"action created"}},
		{func() { x.note(10001, `"note":"x","new_status":2`) }, []string{"action created", "ticket status changed"}},
		{func() { _, _ = x.halo.Edit(10001, map[string]any{"summary": "by hand"}) }, []string{"ticket updated"}},
		{func() { _ = x.halo.Delete(10001, "double") }, []string{"ticket deleted"}},
		{func() { x.post("/api/Tickets", `[{"id":10001,"_recover":true}]`) }, []string{"ticket restored"}},
	} {
		row.happen()
		for _, want := range row.events {
			call := <-calls
			body, _ := call.body.(object)
			if body["event"] != want || number(body["object_id"]) != 10001 || call.user != "halo" || call.password != "secret" {
				t.Errorf("%v, want %q", body["event"], want)
			}
			if body["timestamp"] != "2026-03-02T09:14:05.1234567Z" {
				t.Errorf("timestamp %v", body["timestamp"])
			}
		}
	}
}

func TestWebhookPayloads(t *testing.T) {
	for name, row := range map[string]struct {
		switches func(*sim.Switches)
		check    func(any) bool
	}{
		"full": {
			func(s *sim.Switches) { s.WebhookPayload = "full" },
			func(body any) bool {
				ticket := body.(object)["ticket"].(object)
				return ticket["last_update"] != nil && ticket["key"] != nil
			},
		},
		"small": {
			func(s *sim.Switches) { s.WebhookPayload = "small" },
			func(body any) bool {
				ticket := body.(object)["ticket"].(object)
				return ticket["last_update"] == nil && ticket["team_id"] == 1.0
			},
		},
		"the event only": {
			func(s *sim.Switches) { s.WebhookPayload = "event" },
			func(body any) bool { return body.(object)["ticket"] == nil && body.(object)["object_id"] == 10001.0 },
		},
		"batched": {
			func(s *sim.Switches) { s.WebhookBatched = true },
			func(body any) bool { return len(body.([]any)) == 1 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			calls := x.listen(200)
			x.switches(row.switches)
			x.create("")
			if call := <-calls; !row.check(call.body) {
				t.Errorf("%v", call.body)
			}
		})
	}
}

func TestABatchHoldsAllEventsOfAChange(t *testing.T) {
	x := open(t, sim.Config{})
	x.create("")
	calls := x.listen(200)
	x.switches(func(s *sim.Switches) { s.WebhookBatched = true })
	x.post("/api/Tickets", `[{"id":10001,"status_id":9,"agent_id":4}]`)
	if call := <-calls; len(call.body.([]any)) != 2 {
		t.Errorf("%v", call.body)
	}
}

func TestAFailingWebhookSwitchesItselfOff(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.AutoDisable = 2 })
	calls := x.listen(500)
	hook := rows(x.get("/api/Webhook"), "rows")[0]
	if hook["active"] != true || hook["authentication_type"] != 1.0 || hook["basic_username"] != "halo" {
		t.Errorf("at first: %v", hook)
	}
	x.create("")
	x.create("")
	<-calls
	<-calls
	x.settled()
	hook = x.get("/api/Webhook/" + hook["id"].(string))
	if hook["active"] != false || hook["disabled"] != true || hook["last_status"] != 500.0 || len(rows(hook, "events")) == 0 {
		t.Errorf("after two failures: %v", hook)
	}
	x.create("")
	if got := number(x.stats("webhooks")["failed"]); got != 2 {
		t.Errorf("%d calls, want none after it was switched off", got)
	}
}

func TestTheDeliveryLog(t *testing.T) {
	x := open(t, sim.Config{})
	calls := x.listen(204)
	x.create("")
	<-calls
	x.settled()
	x.plan(`{"webhooks":{"drop":1}}`)
	x.create("")
	x.settled()
	answer := x.get("/api/WebhookEvent?order=timestamp&orderdesc=true&pageinate=true&page_no=1&page_size=100")
	list := rows(answer, "webhookevents")
	if len(list) != 2 || number(answer["record_count"]) != 2 {
		t.Fatalf("%v", answer)
	}
	lost, sent := list[0], list[1]
	if lost["error"] != true || lost["entity_id"] != 10002.0 || sent["error"] != false || sent["responsestatus"] != 204.0 {
		t.Errorf("lost %v, sent %v", lost, sent)
	}
	if body, _ := sent["requestbody"].(string); !strings.Contains(body, `"object_id":10001`) {
		t.Errorf("body %q", body)
	}
	x.switches(func(s *sim.Switches) { s.WebhookLightweight = true })
	if _, there := x.get("/api/WebhookEvent/" + sent["id"].(string))["requestbody"]; there {
		t.Error("a lightweight log keeps bodies")
	}
	if got := rows(x.get("/api/WebhookEvent?webhook_id=other"), "webhookevents"); len(got) != 0 {
		t.Errorf("of another webhook: %v", got)
	}
}

func TestWithoutAWebhookNothingIsSent(t *testing.T) {
	x := open(t, sim.Config{})
	x.create("")
	if got := x.stats("webhooks"); number(got["waiting"])+number(got["sent"])+number(got["failed"]) != 0 {
		t.Errorf("%v", got)
	}
	if got := rows(x.get("/api/Webhook"), "rows"); len(got) != 0 {
		t.Errorf("webhooks: %v", got)
	}
}

func (x *tenant) stats(part string) object {
	x.Helper()
	answer, _ := x.get("/control/stats")[part].(object)
	return answer
}

// settled waits until every delivery has been made and recorded.
func (x *tenant) settled() {
	x.Helper()
	for deadline := time.Now().Add(20 * time.Second); number(x.stats("webhooks")["waiting"]) > 0; {
		if time.Now().After(deadline) {
			x.Fatal("deliveries are still waiting")
		}
	}
}
