package sim_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestPostsThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		body string
		want int
	}{
		"no array":                           {`{"summary":"x"}`, 400},
		"an empty array":                     {`[]`, 400},
		"no JSON":                            {`[{`, 400},
		"no summary":                         {`[{"details":"x"}]`, 400},
		"an integer with a fraction":         {`[{"summary":"x","client_id":95.0}]`, 400},
		"an id with a fraction":              {`[{"id":10001.0,"summary":"x"}]`, 400},
		"a text for an integer":              {`[{"summary":"x","status_id":"9"}]`, 400},
		"an integer beyond 32 bits":          {`[{"summary":"x","client_id":4294967296}]`, 400},
		"an unknown status":                  {`[{"summary":"x","status_id":777}]`, 400},
		"an unknown type":                    {`[{"summary":"x","tickettype_id":777}]`, 400},
		"an unknown priority":                {`[{"summary":"x","priority_id":777}]`, 400},
		"a user without the site":            {`[{"summary":"x","user_id":77}]`, 400},
		"a date that is none":                {`[{"summary":"x","dateoccurred":"soon"}]`, 400},
		"an update of nobody":                {`[{"id":99999,"summary":"x"}]`, 404},
		"taking the summary away":            {`[{"id":10001,"summary":""}]`, 400},
		"a second element that is not right": {`[{"summary":"x"},{"summary":"x","status_id":777}]`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.create("")
			if status, answer := x.do(http.MethodPost, "/api/Tickets", row.body); status != row.want {
				t.Errorf("%d %v, want %d", status, answer, row.want)
			}
		})
	}
}

func TestOnlyFieldsThatAreSentChange(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create(`"client_id":4,"category_1":"Hardware","third_party_id_string":"mark","team":"2nd Line","nonsense":1`)
	x.clock.Advance(time.Minute)
	got := x.post("/api/Tickets", fmt.Sprintf(`[{"id":%d,"priority_id":1,"category_2":"Printer"}]`, id))
	want := object{
		"summary": "Printer offline", "client_id": 4.0, "client_name": "Northwind Traders", "category_1": "Hardware", "category_2": "Printer",
		"priority_id": 1.0, "third_party_id_string": "mark", "team": "2nd Line", "last_update": "2026-03-02T09:15:05.1234567",
		"datecreated": "2026-03-02T09:14:05.1234567", "lastactiondate": "2026-03-02T09:14:05.1234567",
	}
	for field, value := range want {
		if got[field] != value {
			t.Errorf("%s is %v, want %v", field, got[field], value)
		}
	}
}

func TestClosingAndReopening(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create("")
	for _, row := range []struct {
		status int
		closed bool
		date   string
	}{{9, true, "2026-03-02T09:14:05.1234567"}, {2, false, "1900-01-01T00:00:00"}} {
		got := x.post("/api/Tickets", fmt.Sprintf(`[{"id":%d,"status_id":%d}]`, id, row.status))
		if got["hasbeenclosed"] != row.closed || got["dateclosed"] != row.date {
			t.Errorf("status %d: %v %v", row.status, got["hasbeenclosed"], got["dateclosed"])
		}
	}
}

func TestSoftDeleteAndRecovery(t *testing.T) {
	x := open(t, sim.Config{})
	path := fmt.Sprintf("/api/Tickets/%d", x.create(""))
	x.do(http.MethodDelete, path+"?reason=double", "")
	for name, call := range map[string][3]string{
		"reading it":        {http.MethodGet, path},
		"deleting it again": {http.MethodDelete, path},
		"changing it":       {http.MethodPost, "/api/Tickets", `[{"id":10001,"summary":"y"}]`},
		"noting on it":      {http.MethodPost, "/api/Actions", `[{"ticket_id":10001,"outcome_id":7,"note":"y"}]`},
	} {
		if status, _ := x.do(call[0], call[1], call[2]); status != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", name, status)
		}
	}
	x.switches(func(s *sim.Switches) { s.DeletedGet = "body" })
	if got := x.get(path); got["deleted"] != true || got["deleted_date"] != "2026-03-02T09:14:05.1234567" {
		t.Errorf("as a body: %v %v", got["deleted"], got["deleted_date"])
	}
	x.post("/api/Tickets", `[{"id":10001,"_recover":true,"_validate_updates":true}]`)
	if got := x.get(path); got["deleted"] != false {
		t.Errorf("recovered: %v", got["deleted"])
	}
}

func TestAnswersOfAPost(t *testing.T) {
	for name, row := range map[string]struct {
		switches func(*sim.Switches)
		path     string
		body     string
		status   int
		check    func(object) bool
	}{
		"one object by default": {nil, "/api/Tickets", `[{"summary":"x"}]`, 201, func(o object) bool { return number(o["id"]) == 10001 }},
		"an array where it is so": {
			func(s *sim.Switches) { s.PostAnswer = "array" }, "/api/Tickets", `[{"summary":"x"}]`, 201,
			func(o object) bool { return len(rows(o, "rows")) == 1 },
		},
		"200 on older builds":  {func(s *sim.Switches) { s.PostStatus = 200 }, "/api/Tickets", `[{"summary":"x"}]`, 200, func(object) bool { return true }},
		"a batch tells of one": {nil, "/api/Tickets", `[{"summary":"x"},{"summary":"y"}]`, 201, func(o object) bool { return number(o["id"]) == 10001 }},
		"a batch tells of all when asked": {
			nil, "/api/Tickets?returnall=true", `[{"summary":"x"},{"summary":"y"}]`, 201,
			func(o object) bool { return len(rows(o, "rows")) == 2 },
		},
		"plain spelling": {
			func(s *sim.Switches) { s.PostSpelling = "plain" }, "/api/Tickets", `[{"summary":"x","category_1":"a"}]`, 201,
			func(o object) bool { return o["lastupdate"] != nil && o["last_update"] == nil && o["category1"] == "a" },
		},
		"a priority replaced in silence": {
			func(s *sim.Switches) { s.UnknownPriority = "replaced" }, "/api/Tickets", `[{"summary":"x","priority_id":77}]`, 201,
			func(o object) bool { return o["priority_id"] == 4.0 },
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			if row.switches != nil {
				x.switches(row.switches)
			}
			status, answer := x.do(http.MethodPost, row.path, row.body)
			if status != row.status || !row.check(answer) {
				t.Errorf("%d %v", status, answer)
			}
		})
	}
}

func TestDetailsComeWhenAskedFor(t *testing.T) {
	x := open(t, sim.Config{})
	path := fmt.Sprintf("/api/tickets/%d", x.create(`"details_html":"<p>no<br>paper</p><!-- mark -->"`))
	if _, there := x.get(path)["details"]; there {
		t.Error("details came unasked")
	}
	got := x.get(path + "?includedetails=true")
	if got["details"] != "no\npaper" || got["details_html"] != "<p>no<br />paper</p>\n" {
		t.Errorf("%q %q", got["details"], got["details_html"])
	}
}

func TestErrorShapes(t *testing.T) {
	x := open(t, sim.Config{})
	for shape, has := range map[string]string{"result_code": "errorMessage", "exception": "ClassName", "message": "Message", "error": "error", "text": "text", "empty": "text"} {
		x.switches(func(s *sim.Switches) { s.ErrorShape = shape })
		status, answer := x.do(http.MethodPost, "/api/Tickets", `[{"summary":"x","status_id":777}]`)
		if _, ok := answer[has]; status != 400 || !ok {
			t.Errorf("%s: %d %v", shape, status, answer)
		}
	}
	x.switches(func(s *sim.Switches) { s.ErrorShape = "rotate" })
	seen := map[string]bool{}
	for range 5 {
		_, answer := x.do(http.MethodGet, "/api/Tickets/1", "")
		seen[fmt.Sprint(len(answer), answer["error"], answer["Message"], answer["text"])] = true
	}
	if len(seen) != 5 {
		t.Errorf("%d shapes in five errors", len(seen))
	}
}
