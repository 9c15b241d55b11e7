package sim_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close() //nolint:errcheck // read to the end
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fields are the top fields of an object, as they are spelled.
func fields(text string) []string { return strings.Split(strings.Trim(text, "{}\n"), ",") }

func TestATemplateFiresOnCreateUnlessItIsToldNotTo(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.Template = true })
	for flag, want := range map[string]object{
		`"priority_id":1`: {"priority_id": 4.0, "team": "2nd Line", "category_1": "From the template"},
		`"priority_id":1,"donotapplytemplateintheapi":true`: {"priority_id": 1.0, "team": "1st Line", "category_1": ""},
	} {
		got := x.get(fmt.Sprintf("/api/Tickets/%d", x.create(flag)))
		for field, value := range want {
			if got[field] != value {
				t.Errorf("%s: %s is %v, want %v", flag, field, got[field], value)
			}
		}
	}
}

func TestTheGeneralUserOfAClientIsLookedUp(t *testing.T) {
	x := open(t, sim.Config{})
	got := x.get(fmt.Sprintf("/api/Tickets/%d", x.create(`"client_id":2,"userlookup":{"id":-1}`)))
	if got["user_id"] != -1.0 || got["user_name"] != "General User" {
		t.Errorf("%v %v", got["user_id"], got["user_name"])
	}
}

func TestMandatoryFieldsOfATicketTypeRefuseACreate(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.MandatoryField = "category_1" })
	for fields, want := range map[string]int{"": 400, `,"category_1":"Hardware"`: 201, `,"_novalidate":true`: 201} {
		if status, _ := x.do(http.MethodPost, "/api/Tickets", `[{"summary":"x"`+fields+`}]`); status != want {
			t.Errorf("%q: %d, want %d", fields, status, want)
		}
	}
	x.post("/api/Tickets", `[{"id":10001,"summary":"an update needs none"}]`)
}

func TestClosingWithOpenAppointmentsAsksForConfirmation(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.OpenAppointments = true })
	id := x.create("")
	if status, _ := x.do(http.MethodPost, "/api/Tickets", fmt.Sprintf(`[{"id":%d,"status_id":9}]`, id)); status != 400 {
		t.Errorf("unconfirmed: %d", status)
	}
	if got := x.post("/api/Tickets", fmt.Sprintf(`[{"id":%d,"status_id":9,"_appointment01_ok":true}]`, id)); got["hasbeenclosed"] != true {
		t.Errorf("confirmed: %v", got["hasbeenclosed"])
	}
}

func TestTicketsAreListedByTeamIDsThoughTheyHoldTheName(t *testing.T) {
	x := open(t, sim.Config{})
	x.create(`"team":"2nd Line"`)
	x.create(`"team":"Projects"`)
	x.create("")
	for query, want := range map[string]int{"team=2": 1, "team=2,3": 2, "team=2nd+Line": 0} {
		if got := number(x.get("/api/Tickets?" + query)["record_count"]); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

func TestStatusTakesAListAndStatusIDOne(t *testing.T) {
	x := open(t, sim.Config{})
	for _, status := range []int{1, 2, 9} {
		x.create(fmt.Sprintf(`"status_id":%d`, status))
	}
	for query, want := range map[string]int{"status=1,9": 2, "status_id=9": 1, "status_id=1,9": 3} {
		if got := number(x.get("/api/Tickets?" + query)["record_count"]); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

func TestAnAdvancedSearchRefusesFieldsThatTheTenantDoesNotAllow(t *testing.T) {
	x := open(t, sim.Config{})
	x.create(`"client_id":4`)
	x.create(`"client_id":5`)
	search := func(field string) string {
		return "/api/Tickets?advanced_search=" + url.QueryEscape(fmt.Sprintf(`[{"filter_name":%q,"filter_type":2,"filter_value":"4"}]`, field))
	}
	if got := number(x.get(search("client_id"))["record_count"]); got != 1 {
		t.Errorf("%d tickets, want 1", got)
	}
	for _, path := range []string{search("agent_id"), "/api/Tickets?advanced_search=client_id"} {
		if status, _ := x.do(http.MethodGet, path, ""); status != 400 {
			t.Errorf("%s: %d", path, status)
		}
	}
	x.switches(func(s *sim.Switches) { s.SearchableFields = "agent_id" })
	x.get(search("agent_id"))
}

func TestWhatTheAgentMayNotSeeIsAnsweredAsIfItWereNotThere(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create(`"client_id":2`)
	q, i := number(x.quote("")["id"]), x.invoice("")
	x.note(id, `"note":"x"`)
	x.switches(func(s *sim.Switches) { s.HiddenClient = 2 })
	if got := number(x.get(fmt.Sprintf("/api/Actions?ticket_id=%d", id))["record_count"]); got != 0 {
		t.Errorf("%d of its actions are listed", got)
	}
	for one, list := range map[string]string{
		fmt.Sprintf("/api/Tickets/%d", id): "tickets", "/api/Client/2": "clients", "/api/Site/20": "sites", "/api/Users/201": "users",
		fmt.Sprintf("/api/Quotation/%d", q): "quotes", fmt.Sprintf("/api/Invoice/%d", i): "invoices",
	} {
		at := strings.LastIndex(one, "/")
		if status, _ := x.do(http.MethodGet, one, ""); status != http.StatusNotFound {
			t.Errorf("%s: %d", one, status)
		}
		if status, _ := x.do(http.MethodPost, one[:at], fmt.Sprintf(`[{"id":%s}]`, one[at+1:])); status != http.StatusNotFound {
			t.Errorf("changing %s: %d", one, status)
		}
		for _, seen := range ids(x.get(one[:at]+"?pageinate=true&page_size=100"), list) {
			if fmt.Sprint(seen) == one[at+1:] {
				t.Errorf("%s is listed", one)
			}
		}
	}
}

func TestAMergedTicketLivesOnInAnother(t *testing.T) {
	for how, want := range map[string]struct{ id, listed int }{"body": {10001, 2}, "survivor": {10002, 1}, "notfound": {0, 1}} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.MergedGet = how })
			x.note(x.create(""), `"note":"of the first"`)
			x.note(x.create(""), `"note":"of the second"`)
			x.clock.Advance(time.Minute)
			x.post("/control/halo/merge", `{"kind":"ticket","id":10001,"into":10002}`)
			_, got := x.do(http.MethodGet, "/api/Tickets/10001", "")
			if number(got["id"]) != want.id || how == "body" && (got["merged_into_id"] != 10002.0 || got["status_id"] != 9.0) {
				t.Errorf("the first answers as %v, merged into %v", got["id"], got["merged_into_id"])
			}
			if n := number(x.get("/api/Tickets")["record_count"]); n != want.listed {
				t.Errorf("%d are listed, want %d", n, want.listed)
			}
			list := rows(x.get("/api/Actions?ticket_id=10002"), "actions")
			if len(list) != 2 || list[0]["note"] != "of the first" && list[1]["note"] != "of the first" || list[0]["merged_from_ticketid"] == list[1]["merged_from_ticketid"] {
				t.Errorf("actions %v", list)
			}
		})
	}
}

func TestTimeEntriesAreActionsWithTime(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create("")
	x.note(id, `"note":"no time"`)
	got := x.note(id, `"note":"on site","timetaken":1.25,"actisbillable":true,"chargerate":2,"who_agentid":4,"actionarrivaldate":"2026-03-02T08:00:00"`)
	if got["timetaken"] != 1.25 || got["who"] != "Ben Ortiz" || got["who_agentid"] != 4.0 || got["actisbillable"] != true || got["actionarrivaldate"] != "2026-03-02T08:00:00" {
		t.Errorf("%v", got)
	}
	if got := ids(x.get(fmt.Sprintf("/api/Actions?ticket_id=%d&timeentriesonly=true", id)), "actions"); len(got) != 1 || got[0] != 2 {
		t.Errorf("only with time: %v", got)
	}
	for _, fields := range []string{`"timetaken":25`, `"timetaken":-1`, `"who_agentid":77`, `"timetaken":"1h"`} {
		if status, _ := x.do(http.MethodPost, "/api/Actions", fmt.Sprintf(`[{"ticket_id":%d,"outcome_id":7,%s}]`, id, fields)); status != 400 {
			t.Errorf("%s: %d", fields, status)
		}
	}
}

func TestAnActionTellsTheStatusBeforeAndAfter(t *testing.T) {
	x := open(t, sim.Config{})
	if got := x.note(x.create(""), `"note":"x","new_status":9`); got["old_status"] != 1.0 || got["new_status"] != 9.0 {
		t.Errorf("from %v to %v", got["old_status"], got["new_status"])
	}
}

func TestAttachmentsAreListedByTicketAndByAction(t *testing.T) {
	x := open(t, sim.Config{})
	one, two := x.create(""), x.create("")
	x.clock.Advance(time.Minute)
	for _, f := range []string{fmt.Sprintf(`{"id":%d,"name":"router.log","size":512}`, one), fmt.Sprintf(`{"id":%d,"action":1,"name":"photo.png","size":9}`, one), fmt.Sprintf(`{"id":%d,"name":"x"}`, two)} {
		x.post("/control/halo/attach", f)
	}
	list := rows(x.get(fmt.Sprintf("/api/Attachment?ticket_id=%d", one)), "attachments")
	if len(list) != 2 || list[0]["filename"] != "router.log" || list[0]["filesize"] != 512.0 || list[0]["datecreated"] != "2026-03-02T09:15:05.1234567" {
		t.Errorf("%v", list)
	}
	if got := rows(x.get(fmt.Sprintf("/api/Attachment?ticket_id=%d&action_id=1", one)), "attachments"); len(got) != 1 || got[0]["filename"] != "photo.png" {
		t.Errorf("of the action: %v", got)
	}
	if got := x.get(fmt.Sprintf("/api/Tickets/%d", one)); got["attachment_count"] != 2.0 || got["last_update"] != "2026-03-02T09:15:05.1234567" {
		t.Errorf("the ticket: %v %v", got["attachment_count"], got["last_update"])
	}
	x.post("/control/halo/detach", `{"id":1}`)
	if status, _ := x.do(http.MethodGet, "/api/Attachment/1", ""); status != http.StatusNotFound {
		t.Errorf("detached: %d", status)
	}
	if got := x.get(fmt.Sprintf("/api/Tickets/%d", one))["attachment_count"]; got != 1.0 {
		t.Errorf("left: %v", got)
	}
}

func TestChangesOfOtherKindsAreAnnouncedWhereTheTenantDoes(t *testing.T) {
	x := open(t, sim.Config{})
	calls := x.listen(200)
	x.post("/api/Client", `[{"id":2,"name":"silent"}]`)
	x.switches(func(s *sim.Switches) { s.WebhookKinds = "all" })
	for path, row := range map[string][3]string{
		"/api/Client": {`[{"id":2,"name":"y"}]`, "client", "client updated"}, "/api/Site": {`[{"id":20,"name":"y"}]`, "site", "site updated"},
		"/api/Users":     {`[{"id":201,"title":"y"}]`, "user", "user updated"},
		"/api/Quotation": {`[{"title":"y"}]`, "quotation", "quotation created"}, "/api/Invoice": {`[{"client_id":2}]`, "invoice", "invoice created"},
	} {
		x.post(path, row[0])
		call := <-calls
		got, _ := call.body.(object)
		shown, _ := got[row[1]].(object)
		if got["event"] != row[2] || got["object_id"] != shown["id"] || got["ticket"] != nil {
			t.Errorf("%s: %v", path, got)
		}
	}
	x.switches(func(s *sim.Switches) { s.WebhookPayload = "event" })
	x.post("/api/Client", `[{"id":2,"name":"z"}]`)
	call := <-calls
	if got, _ := call.body.(object); got["object_id"] != 2.0 || got["client"] != nil {
		t.Errorf("of the event only, whose number could be a ticket's: %v", got)
	}
}

func TestAReportRunsAndFailsWith200(t *testing.T) {
	x := open(t, sim.Config{Tickets: 3, Quotes: 3})
	x.quote("")
	run := func(sql string) object {
		t.Helper()
		got, _ := x.post("/api/Report", fmt.Sprintf(`[{"id":0,"name":"","sql":%q,"_loadreportonly":true}]`, sql))["report"].(object)
		return got
	}
	got := rows(run("select top 500 QHid, qhlastupdatetime from QUOTATIONHEADER where qhlastupdatetime >= '2026-03-02T09:14:05' order by qhlastupdatetime, QHid"), "rows")
	if len(got) != 1 || got[0]["QHid"] != 304.0 || got[0]["qhlastupdatetime"] != "2026-03-02T09:14:05.1234567" {
		t.Errorf("%v", got)
	}
	x.do(http.MethodDelete, "/api/Tickets/10002", "")
	got = rows(run("SELECT Faultid, FDeleted FROM faults ORDER BY Faultid"), "rows")
	if len(got) != 3 || got[1]["FDeleted"] != true {
		t.Errorf("deletes are seen: %v", got)
	}
	for _, sql := range []string{"select top 1 nonsense from FAULTS", "select Faultid from NOTHING", "delete from FAULTS", "select Faultid from FAULTS where FLastUpdate > 'soon'"} {
		if answer := run(sql); answer["load_error"] == "" {
			t.Errorf("%s: %v", sql, answer)
		}
	}
	x.switches(func(s *sim.Switches) { s.ReportRights = false })
	if status, _ := x.do(http.MethodPost, "/api/Report", `[{"sql":"select Faultid from FAULTS"}]`); status != http.StatusForbidden {
		t.Errorf("without the right: %d", status)
	}
}

func TestTheTenantServesItsOwnDocument(t *testing.T) {
	x := open(t, sim.Config{})
	knows := func(path, param string) bool {
		paths, _ := x.get("/api/swagger/v2/swagger.json")["paths"].(object)
		get, _ := paths[path].(object)["get"].(object)
		for _, p := range rows(get, "parameters") {
			if p["name"] == param {
				return true
			}
		}
		return false
	}
	if !knows("/Tickets", "lastupdatefromdate") || !knows("/Invoice", "datesearch") || knows("/Quotation", "lastupdatefromdate") {
		t.Error("it says other parameters than are served")
	}
	x.switches(func(s *sim.Switches) { s.InvoiceSince, s.ClientSince = "ignored", "ignored" })
	if knows("/Invoice", "datesearch") || knows("/Client", "lastupdatefromdate") || !knows("/Site", "lastupdatefromdate") {
		t.Error("an older build says what it ignores")
	}
}
