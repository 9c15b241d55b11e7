package sim_test

import (
	"fmt"
	"slices"
	"testing"

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
