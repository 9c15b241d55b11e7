package sim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestLookups(t *testing.T) {
	x := open(t, sim.Config{})
	statuses := rows(x.get("/api/Status"), "rows")
	closed := slices.ContainsFunc(statuses, func(s object) bool { return s["id"] == 9.0 && s["name"] == "Closed" })
	if !closed || len(statuses) < 4 {
		t.Errorf("statuses %v", statuses)
	}
	x.switches(func(s *sim.Switches) { s.StatusShape = "object" })
	if answer := x.get("/api/Status"); len(rows(answer, "statuses")) != len(statuses) {
		t.Errorf("as an object: %v", answer)
	}
	for query, want := range map[string]int{"": 5, "?includedisabled=true": 6, "?includeunassigned=true&includeapiagents=true&includedisabled=true": 8} {
		if got := len(rows(x.get("/api/Agent"+query), "rows")); got != want {
			t.Errorf("agents%s: %d, want %d", query, got, want)
		}
	}
	for _, path := range []string{"/api/TicketType", "/api/Priority"} {
		if got := rows(x.get(path), "rows"); len(got) == 0 {
			t.Errorf("%s is empty", path)
		}
	}
	if id := rows(x.get("/api/Priority"), "rows")[0]["id"]; fmt.Sprint(id) == "1" {
		t.Error("a priority's own id is its priorityid")
	}
}

func TestLookupsAreArraysOrObjectsAndReadOneByOne(t *testing.T) {
	x := open(t, sim.Config{})
	for path, row := range map[string]struct{ key, one string }{
		"/api/Agent": {"agents", "3"}, "/api/Priority": {"priorities", "9f2c1a7e-0000-4000-8000-000000000001"},
		"/api/TicketType": {"tickettypes", "1"}, "/api/Team": {"teams", "2"}, "/api/Status": {"statuses", "9"},
	} {
		x.switches(func(s *sim.Switches) { s.LookupShape, s.StatusShape = "array", "array" })
		bare := len(rows(x.get(path), "rows"))
		x.switches(func(s *sim.Switches) { s.LookupShape, s.StatusShape = "object", "object" })
		if got := x.get(path); bare == 0 || len(rows(got, row.key)) != bare || number(got["record_count"]) != bare {
			t.Errorf("%s: %d as an array, %v", path, bare, got)
		}
		if got := x.get(path + "/" + row.one); got["name"] == nil {
			t.Errorf("%s/%s: %v", path, row.one, got)
		}
		if status, _ := x.do(http.MethodGet, path+"/777", ""); status != http.StatusNotFound {
			t.Errorf("%s/777: %d", path, status)
		}
	}
	if got := x.get("/api/Agent/me"); got["id"] != 2.0 || got["isapiagent"] != true {
		t.Errorf("me: %v", got)
	}
}

func TestPeopleChangeWhatTicketsReferTo(t *testing.T) {
	x := open(t, sim.Config{})
	for kind, fields := range map[string]string{
		"status": `{"id":30,"name":"Parked"}`, "team": `{"id":2,"inactive":true}`, "ticket_type": `{"id":11,"name":"Audit"}`, "agent": `{"id":3,"isdisabled":true}`,
	} {
		x.post("/control/halo/lookup", fmt.Sprintf(`{"kind":%q,"fields":%s}`, kind, fields))
	}
	if got := x.get("/api/Agent/3"); got["isdisabled"] != true || got["name"] != "Amira Khan" {
		t.Errorf("the agent: %v", got)
	}
	if got := len(rows(x.get("/api/Team"), "rows")); got != 2 {
		t.Errorf("%d teams in use, want 2", got)
	}
	if got := len(rows(x.get("/api/Team?includedisabled=true"), "rows")); got != 4 {
		t.Errorf("%d teams, want 4", got)
	}
	if got := x.get(fmt.Sprintf("/api/Tickets/%d", x.create(`"status_id":30,"tickettype_id":11`)))["status_id"]; got != 30.0 {
		t.Errorf("a ticket in the new status: %v", got)
	}
}

func TestAFreshAgentIsNotSeenUntilTheVendorsCacheIsOld(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.AgentCacheSeconds = 300 })
	agents := func() int { return len(rows(x.get("/api/Agent"), "rows")) }
	before := agents()
	hire := func(id int) {
		if err := x.halo.EditLookup("agent", map[string]any{"id": id, "name": "Noor Haddad"}); err != nil {
			t.Fatal(err)
		}
	}
	hire(20)
	if got := agents(); got != before {
		t.Errorf("at once: %d, want %d", got, before)
	}
	x.clock.Advance(301 * time.Second)
	if got := agents(); got != before+1 {
		t.Errorf("later: %d, want %d", got, before+1)
	}
	hire(21)
	x.post("/api/Agent/ClearCache", "")
	if got := agents(); got != before+2 {
		t.Errorf("after the cache was cleared: %d, want %d", got, before+2)
	}
}
