package sim_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

const newTicket = `[{"summary":"x","third_party_id_string":"mark"}]`

// TestFaultsOfWrites posts one ticket under each plan and looks whether it is there afterwards.
func TestFaultsOfWrites(t *testing.T) {
	for name, row := range map[string]struct {
		plan   string
		status int // 0: no answer
		there  bool
	}{
		"calm":                       {`{}`, 201, true},
		"an error before the commit": {`{"fail_before_commit":1}`, 500, false},
		"an error after the commit":  {`{"fail_after_commit":1}`, 500, true},
		"a lost answer":              {`{"lose_answers":1}`, 0, true},
		"silence after the commit":   {`{"hang_after_apply":{"rate":1,"after_ms":1}}`, 0, true},
		"an error of every request":  {`{"error_rate":1,"error_status":503}`, 503, false},
		"a page of HTML":             {`{"error_rate":1,"html_errors":true}`, 502, false},
		"throttled":                  {`{"throttle_rate":1}`, 429, false},
		"an outage":                  {`{"outage":true}`, 0, false},
		"faults on another route":    {`{"error_rate":1,"routes":["/api/Actions"]}`, 201, true},
		"faults on this route":       {`{"error_rate":1,"routes":["/api/Tickets"]}`, 500, false},
		"a refused write keeps its answer and loss": {`{"lose_answers":0,"fail_after_commit":1,"error_rate":0}`, 500, true},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.plan(row.plan)
			status := 0
			if resp, err := x.try(http.MethodPost, "/api/Tickets", newTicket); err == nil {
				status, _ = x.read(resp)
			}
			x.plan(`{"error_rate":0,"throttle_rate":0,"outage":false}`)
			there := len(ids(x.get("/api/Tickets?third_party_id_string=mark"), "tickets")) == 1
			if status != row.status || there != row.there {
				t.Errorf("status %d, there %v; want %d, %v", status, there, row.status, row.there)
			}
		})
	}
}

func TestLostAnswersCountOnlyWhatWasApplied(t *testing.T) {
	x := open(t, sim.Config{})
	x.plan(`{"lose_answers":1}`)
	x.signIn("all") // a token is no write
	x.get("/api/Tickets")
	if status, _ := x.do(http.MethodPost, "/api/Tickets", `[{"details":"no summary"}]`); status != 400 {
		t.Errorf("a refused write: %d", status)
	}
	if resp, err := x.try(http.MethodPost, "/api/Tickets", newTicket); err == nil {
		status, _ := x.read(resp)
		t.Errorf("the applied write was answered: %d", status)
	}
	x.post("/api/Tickets", newTicket)
}

func TestTheLimitIsARollingWindow(t *testing.T) {
	x := open(t, sim.Config{Limit: 3, Window: time.Minute}) // the token was the first
	x.get("/api/Tickets")
	x.clock.Advance(30 * time.Second)
	x.get("/api/Tickets")
	x.plan(`{"retry_after_seconds":17}`)
	x.switches(func(s *sim.Switches) { s.ErrorShape = "text" })
	status, answer := x.do(http.MethodGet, "/api/Tickets", "")
	text, _ := answer["text"].(string)
	if status != 429 || !strings.Contains(text, "3 requests per 60 seconds") || answer["retry_after"] != "17" {
		t.Errorf("%d %v", status, answer)
	}
	x.plan(`{"retry_after_seconds":null}`)
	if _, answer := x.do(http.MethodGet, "/api/Tickets", ""); answer["retry_after"] != "" {
		t.Errorf("Retry-After is %q", answer["retry_after"])
	}
	x.clock.Advance(30 * time.Second)
	x.get("/api/Tickets")
	x.get("/api/Tickets")
	if status, _ := x.do(http.MethodGet, "/api/Tickets", ""); status != 429 {
		t.Errorf("%d, want the window full again", status)
	}
}

func TestWhatWasJustCreatedIsAbsent(t *testing.T) {
	x := open(t, sim.Config{})
	x.plan(`{"absent_after_create_seconds":60}`)
	id := x.create("")
	x.note(id, `"note":"x"`)
	for _, path := range []string{fmt.Sprintf("/api/Tickets/%d?nocache=true", id), fmt.Sprintf("/api/Actions/1?ticket_id=%d", id)} {
		if status, _ := x.do(http.MethodGet, path, ""); status != 404 {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
	x.clock.Advance(time.Minute)
	x.get(fmt.Sprintf("/api/Tickets/%d", id))
	x.get(fmt.Sprintf("/api/Actions/1?ticket_id=%d", id))
}

func TestReadsAreStale(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create("")
	x.clock.Advance(time.Minute)
	x.post("/api/Tickets", fmt.Sprintf(`[{"id":%d,"summary":"changed"}]`, id))
	young := x.create("")
	x.note(id, `"note":"x"`)
	x.plan(`{"stale_read_seconds":30}`)
	path := fmt.Sprintf("/api/Tickets/%d", id)
	if got := x.get(path)["summary"]; got != "Printer offline" {
		t.Errorf("stale: %v", got)
	}
	if got := x.get(path + "?nocache=true")["summary"]; got != "changed" {
		t.Errorf("with nocache: %v", got)
	}
	if got := ids(x.get("/api/Tickets?lastupdatefromdate=2026-03-02T09:15:00"), "tickets"); len(got) != 0 {
		t.Errorf("a stale list shows %v", got)
	}
	if got := ids(x.get(fmt.Sprintf("/api/Actions?ticket_id=%d", id)), "actions"); len(got) != 0 {
		t.Errorf("a stale list of actions shows %v", got)
	}
	if status, _ := x.do(http.MethodGet, fmt.Sprintf("/api/Tickets/%d", young), ""); status != 404 {
		t.Errorf("what did not exist then: %d", status)
	}
	x.switches(func(s *sim.Switches) { s.NocacheIsFresh = false })
	if got := x.get(path + "?nocache=true")["summary"]; got != "Printer offline" {
		t.Errorf("with nocache that helps nothing: %v", got)
	}
	x.clock.Advance(30 * time.Second)
	if got := x.get(path)["summary"]; got != "changed" {
		t.Errorf("half a minute later: %v", got)
	}
}

func TestDriftChangesAnswersAndNotTheState(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create("")
	x.plan(`{"drift":{"drop":["summary"],"retype":["status_id"]}}`)
	row := rows(x.get("/api/Tickets"), "tickets")[0]
	if _, there := row["summary"]; there || row["status_id"] != "1" {
		t.Errorf("row %v", row)
	}
	x.plan(`{"drift":null}`)
	if got := x.get(fmt.Sprintf("/api/Tickets/%d", id)); got["summary"] != "Printer offline" || got["status_id"] != 1.0 {
		t.Errorf("afterwards %v", got)
	}
}
