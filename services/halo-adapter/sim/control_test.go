package sim_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestTheLedgerKnowsWhoChangedWhat(t *testing.T) {
	x := open(t, sim.Config{Application: "Our API", Tickets: 5})
	x.create(`"third_party_id_string":"mark"`)
	x.note(10006, `"note_html":"<p>x</p><!-- job -->"`)
	x.post("/control/halo/edit", `{"id":10006,"fields":{"priority_id":1}}`)
	x.do(http.MethodDelete, "/api/Tickets/10006?reason=double", "")
	x.do(http.MethodPost, "/api/Tickets", `[{"details":"refused"}]`)
	entries := rows(x.get("/control/ledger?since=0"), "entries")
	for n, want := range []object{
		{"kind": "ticket", "op": "create", "id": "10006", "application": "Our API"},
		{"kind": "action", "op": "create", "id": "1", "parent": "10006", "application": "Our API"},
		{"kind": "ticket", "op": "update", "id": "10006", "by": "Amira Khan", "application": nil},
		{"kind": "ticket", "op": "delete", "id": "10006"},
	} {
		if n >= len(entries) {
			t.Fatalf("%d entries", len(entries))
		}
		for field, value := range want {
			if entries[n][field] != value {
				t.Errorf("entry %d: %s is %v, want %v", n+1, field, entries[n][field], value)
			}
		}
	}
	if len(entries) != 4 {
		t.Errorf("%d entries, want 4: seeding and refusals are no changes", len(entries))
	}
	if got := entries[2]["marks"].(object)["third_party_id_string"]; got != "mark" {
		t.Errorf("mark %v", got)
	}
	if got := entries[1]["marks"].(object)["note_html"]; got != "<p>x</p><!-- job -->" {
		t.Errorf("the note as it was sent: %v", got)
	}
	if got := entries[2]["fields"].(object)["priority_id"]; got != 1.0 {
		t.Errorf("fields %v", entries[2]["fields"])
	}
	if got := rows(x.get("/control/ledger?since=3"), "entries"); len(got) != 1 || got[0]["seq"] != 4.0 {
		t.Errorf("since 3: %v", got)
	}
}

func TestTheTruthIsShownWhateverThePlan(t *testing.T) {
	x := open(t, sim.Config{})
	id := number(x.post("/control/halo/create", `{"fields":{"summary":"by hand"}}`)["id"])
	x.post("/control/halo/note", fmt.Sprintf(`{"id":%d,"fields":{"outcome_id":7,"note":"x"}}`, id))
	x.post("/control/halo/delete", fmt.Sprintf(`{"id":%d,"reason":"double"}`, id))
	x.plan(`{"outage":true,"stale_read_seconds":600,"drift":{"drop":["summary"]}}`)
	truth := x.get(fmt.Sprintf("/control/halo/tickets/%d", id))
	ticket, _ := truth["ticket"].(object)
	if ticket["summary"] != "by hand" || ticket["deleted"] != true || len(rows(truth, "actions")) != 1 {
		t.Errorf("%v", truth)
	}
	if status, _ := x.do(http.MethodGet, "/control/halo/tickets/1", ""); status != 404 {
		t.Errorf("a ticket that never was: %d", status)
	}
}

func TestControlRequestsThatAreRefused(t *testing.T) {
	x := open(t, sim.Config{})
	for name, call := range map[string][3]string{
		"an unknown fault":                {http.MethodPatch, "/control/plan", `{"eror_rate":1}`},
		"a rate above one":                {http.MethodPut, "/control/plan", `{"error_rate":2}`},
		"an unknown switch":               {http.MethodPatch, "/control/halo/switches", `{"since":"ignored"}`},
		"a position that does not exist":  {http.MethodPatch, "/control/halo/switches", `{"since_filter":"maybe"}`},
		"an edit of nobody in particular": {http.MethodPost, "/control/halo/edit", `{"fields":{"summary":"x"}}`},
		"an edit the vendor refuses":      {http.MethodPost, "/control/halo/create", `{"fields":{"status_id":777}}`},
	} {
		if status, answer := x.do(call[0], call[1], call[2]); status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

func TestSwitchesAreMerged(t *testing.T) {
	x := open(t, sim.Config{})
	x.do(http.MethodPatch, "/control/halo/switches", `{"since_filter":"ignored"}`)
	got := x.get("/control/halo/switches")
	if got["since_filter"] != "ignored" || got["third_party_filter"] != "honoured" {
		t.Errorf("%v", got)
	}
}

func TestAResetIsANewTenant(t *testing.T) {
	x := open(t, sim.Config{Tickets: 3})
	before := x.get("/control/halo/tickets/10002")
	x.create("")
	x.plan(`{"error_rate":1}`)
	x.do(http.MethodPatch, "/control/halo/switches", `{"since_filter":"ignored"}`)
	x.do(http.MethodPost, "/control/reset", "")
	if status, _ := x.do(http.MethodGet, "/api/Tickets", ""); status != http.StatusUnauthorized {
		t.Errorf("an old token: %d", status)
	}
	x.signIn("all")
	after := x.get("/control/halo/tickets/10002")
	if fmt.Sprint(before["ticket"].(object)["summary"]) != fmt.Sprint(after["ticket"].(object)["summary"]) {
		t.Error("the seeded tickets differ")
	}
	if got := x.get("/api/Tickets"); number(got["record_count"]) != 3 || x.halo.Switches() != sim.DefaultSwitches() {
		t.Errorf("%v tickets", got["record_count"])
	}
	if got := number(x.post("/control/halo/seed", `{"tickets":4}`)["tickets"]); got != 4 {
		t.Errorf("seeded %v", got)
	}
	if got := number(x.get("/api/Tickets")["record_count"]); got != 7 {
		t.Errorf("%d tickets after seeding, want 7", got)
	}
}

func TestRequestsAreCountedByRouteAndStatus(t *testing.T) {
	x := open(t, sim.Config{})
	x.create("")
	x.get("/api/Tickets/10001")
	x.do(http.MethodGet, "/api/tickets/77", "")
	got := x.stats("requests")
	for route, want := range map[string]float64{"POST /api/tickets 201": 1, "GET /api/tickets/{id} 200": 1, "GET /api/tickets/{id} 404": 1, "POST /auth/token 200": 1} {
		if got[route] != want {
			t.Errorf("%s: %v, want %v", route, got[route], want)
		}
	}
}
