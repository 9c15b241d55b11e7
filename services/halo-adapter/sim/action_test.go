package sim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func (x *tenant) note(ticket int, fields string) object {
	x.Helper()
	return x.post("/api/Actions", fmt.Sprintf(`[{"ticket_id":%d,"outcome_id":7%s}]`, ticket, prefixed(fields)))
}

func TestActionIDsCountInsideTheirTicket(t *testing.T) {
	x := open(t, sim.Config{})
	one, two := x.create(""), x.create("")
	var got []int
	for _, ticket := range []int{one, two, one, one, two} {
		got = append(got, number(x.note(ticket, `"note":"x"`)["id"]))
	}
	if !slices.Equal(got, []int{1, 1, 2, 3, 2}) {
		t.Errorf("ids %v", got)
	}
	if list := ids(x.get(fmt.Sprintf("/api/Actions?ticket_id=%d", one)), "actions"); !slices.Equal(list, []int{3, 2, 1}) {
		t.Errorf("the list is %v, want the newest first", list)
	}
}

func TestActionsThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		method, path, body string
		want               int
	}{
		"no ticket":                        {"POST", "", `[{"outcome_id":7,"note":"x"}]`, 400},
		"no outcome":                       {"POST", "", `[{"ticket_id":10001,"note":"x"}]`, 400},
		"an outcome without access":        {"POST", "", `[{"ticket_id":10001,"outcome_id":55,"note":"x"}]`, 400},
		"a ticket that is not there":       {"POST", "", `[{"ticket_id":99999,"outcome_id":7}]`, 404},
		"an action that is not there":      {"POST", "", `[{"ticket_id":10001,"id":9,"outcome_id":7}]`, 404},
		"a new status that is none":        {"POST", "", `[{"ticket_id":10001,"outcome_id":7,"new_status":777}]`, 400},
		"a ticket id with a fraction":      {"POST", "", `[{"ticket_id":10001.5,"outcome_id":7}]`, 400},
		"reading without the ticket":       {"GET", "/1", "", 400},
		"reading with another ticket":      {"GET", "/1?ticket_id=10002", "", 404},
		"reading one that is not there":    {"GET", "/9?ticket_id=10001", "", 404},
		"deleting one that is not there":   {"DELETE", "/9?ticket_id=10001", "", 404},
		"an outcome by its name is enough": {"POST", "", `[{"ticket_id":10001,"outcome":"Phone Call","note":"x"}]`, 201},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.note(x.create(""), `"note":"x"`)
			x.switches(func(s *sim.Switches) { s.ForbiddenOutcome = 55 })
			if status, answer := x.do(row.method, "/api/Actions"+row.path, row.body); status != row.want {
				t.Errorf("%d %v, want %d", status, answer, row.want)
			}
		})
	}
}

func TestANoteMovesItsTicket(t *testing.T) {
	for name, row := range map[string]struct {
		moves bool
		want  string
	}{
		"where actions move the change stamp": {true, "2026-03-02T09:15:05.1234567"},
		"where they do not":                   {false, "2026-03-02T09:14:05.1234567"},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.ActionsMoveStamp = row.moves })
			id := x.create("")
			x.clock.Advance(time.Minute)
			x.note(id, `"note":"x","new_status":9`)
			got := x.get(fmt.Sprintf("/api/Tickets/%d", id))
			if got["last_update"] != row.want || got["lastactiondate"] != "2026-03-02T09:15:05.1234567" || got["status_id"] != 9.0 {
				t.Errorf("%v %v %v", got["last_update"], got["lastactiondate"], got["status_id"])
			}
		})
	}
}

func TestNotesComeBackOtherwise(t *testing.T) {
	for name, row := range map[string]struct {
		fields string
		strip  bool
		html   string
		note   string
	}{
		"comments are stripped":     {`"note_html":"<p>x</p><!--job-1-->"`, true, "<p>x</p>\n", "x"},
		"comments stay where so":    {`"note_html":"<p>x</p><!--job-1-->"`, false, "<p>x</p><!--job-1-->\n", "x"},
		"text is wrapped":           {`"note_html":"a<br>b"`, true, "<p>a<br />b</p>\n", "a\nb"},
		"plain notes become markup": {`"note":"a < b"`, true, "<p>a &lt; b</p>\n", "a < b"},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.StripComments = row.strip })
			got := x.note(x.create(""), row.fields)
			if got["note_html"] != row.html || got["note"] != row.note {
				t.Errorf("%q %q", got["note_html"], got["note"])
			}
		})
	}
}

func TestActionsSayWhichApplicationWroteThem(t *testing.T) {
	x := open(t, sim.Config{Application: "Our API"})
	id := x.create("")
	ours := x.note(id, `"note":"x","guid":"11111111-1111-4111-8111-111111111111"`)
	if ours["actionby_application_id"] != "Our API" || ours["guid"] == "11111111-1111-4111-8111-111111111111" {
		t.Errorf("ours: %v %v", ours["actionby_application_id"], ours["guid"])
	}
	theirs, err := x.halo.Note(id, map[string]any{"outcome_id": 7, "note": "by hand"})
	if err != nil || theirs.ByApplication != "" || theirs.Who != "Amira Khan" {
		t.Errorf("theirs: %+v %v", theirs, err)
	}
	x.switches(func(s *sim.Switches) { s.ClientGUID = "stored" })
	if got := x.note(id, `"guid":"11111111-1111-4111-8111-111111111111"`)["guid"]; got != "11111111-1111-4111-8111-111111111111" {
		t.Errorf("guid %v", got)
	}
}

func TestActionsAreEditedAndDeleted(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create("")
	x.note(id, `"note":"x","hiddenfromuser":true`)
	x.clock.Advance(time.Minute)
	got := x.note(id, `"id":1,"note":"y"`)
	if got["note"] != "y" || got["hiddenfromuser"] != true || got["datetime"] != "2026-03-02T09:14:05.1234567" || got["last_updated"] != "2026-03-02T09:15:05.1234567" {
		t.Errorf("edited: %v", got)
	}
	path := fmt.Sprintf("/api/Actions/1?ticket_id=%d", id)
	if status, answer := x.do(http.MethodDelete, path, ""); status != 200 || answer["id"] != 1.0 {
		t.Errorf("deleted: %d %v", status, answer)
	}
	if status, _ := x.do(http.MethodGet, path, ""); status != http.StatusNotFound {
		t.Errorf("after the delete: %d", status)
	}
	if next := number(x.note(id, `"note":"z"`)["id"]); next != 2 {
		t.Errorf("the next id is %d, want 2: numbers are not given twice", next)
	}
}

func TestListsOfActions(t *testing.T) {
	x := open(t, sim.Config{})
	one, two := x.create(""), x.create("")
	x.note(one, `"note":"1"`)
	x.clock.Advance(time.Minute)
	x.note(two, `"note":"2","hiddenfromuser":true`)
	x.clock.Advance(time.Minute)
	x.note(one, `"note":"3","important":true`)
	for query, want := range map[string][]string{
		"startdate=2026-03-02T09:15:05.1234567":                    {"3", "2"},
		"startdate=2026-03-01&enddate=2026-03-02T09:15:05.1234567": {"2", "1"},
		"count=1":                                {"3"},
		"count=2&pageinate=true&page_no=2":       {"3", "2"},
		"excludeprivate=true":                    {"3", "1"},
		"importantonly=true":                     {"3"},
		fmt.Sprintf("ticket_id=%d", one):         {"3", "1"},
		fmt.Sprintf("ticket_id=%d&count=1", one): {"3"},
		"ticket_id=99999":                        nil,
	} {
		var got []string
		for _, row := range rows(x.get("/api/Actions?"+query), "actions") {
			got = append(got, row["note"].(string))
			if _, there := row["note_html"]; there {
				t.Errorf("%s: note_html came unasked", query)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

func TestSystemActionsCanBeLeftOut(t *testing.T) {
	x := open(t, sim.Config{Tickets: 20, Seed: 3})
	all, byPeople := x.get("/api/Actions?startdate=2020-01-01"), x.get("/api/Actions?startdate=2020-01-01&excludesys=true")
	if number(all["record_count"]) <= number(byPeople["record_count"]) || number(byPeople["record_count"]) == 0 {
		t.Errorf("%v and %v without the system's", all["record_count"], byPeople["record_count"])
	}
}
