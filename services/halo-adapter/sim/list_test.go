package sim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestPaging(t *testing.T) {
	x := open(t, sim.Config{Tickets: 230})
	for name, row := range map[string]struct {
		query string
		rows  int
	}{
		"without pageinate the page parameters mean nothing": {"page_size=7&page_no=2", 50},
		"without pageinate a count limits":                   {"count=120", 120},
		"with pageinate the page size is honoured":           {"pageinate=true&page_size=7&page_no=1", 7},
		"without a page size it is the agent's":              {"pageinate=true", 50},
		"more than 100 is clamped in silence":                {"pageinate=true&page_size=1000&page_no=1", 100},
		"the last page is short":                             {"pageinate=true&page_size=100&page_no=3", 30},
		"a page past the end is empty":                       {"pageinate=true&page_size=100&page_no=4", 0},
		"a page past all counting is empty":                  {"pageinate=true&page_no=9223372036854775807", 0},
		"a count means nothing with pageinate":               {"pageinate=true&page_size=7&count=3", 7},
		"ids only come all at once":                          {"pageinate=true&page_size=7&ticketidonly=true", 230},
		"an unknown parameter is ignored":                    {"lastupdatedfromdate=2030-01-01&view_id=4", 50},
	} {
		t.Run(name, func(t *testing.T) {
			answer := x.get("/api/Tickets?" + row.query)
			if got := len(ids(answer, "tickets")); got != row.rows || number(answer["record_count"]) != 230 {
				t.Errorf("%d rows of %v, want %d of 230", got, answer["record_count"], row.rows)
			}
		})
	}
}

func TestPagesTogetherAreTheWholeInTheOrderAskedFor(t *testing.T) {
	x := open(t, sim.Config{Tickets: 120})
	var all []object
	for page := 1; page <= 3; page++ {
		all = append(all, rows(x.get(fmt.Sprintf("/api/Tickets?pageinate=true&page_size=50&page_no=%d&order=last_update&order2=id&orderdesc2=true", page)), "tickets")...)
	}
	stampThenID := func(a, b object) int {
		x, _ := time.Parse("2006-01-02T15:04:05", a["last_update"].(string))
		y, _ := time.Parse("2006-01-02T15:04:05", b["last_update"].(string))
		if c := x.Compare(y); c != 0 {
			return c
		}
		return number(b["id"]) - number(a["id"])
	}
	if len(all) != 120 || !slices.IsSortedFunc(all, stampThenID) {
		t.Errorf("%d rows, sorted: %v", len(all), slices.IsSortedFunc(all, stampThenID))
	}
}

func TestWithoutAnOrderTheOrderIsStableAndNotThatOfIDs(t *testing.T) {
	x := open(t, sim.Config{Tickets: 40})
	first, second := ids(x.get("/api/Tickets"), "tickets"), ids(x.get("/api/Tickets?order=nonsense"), "tickets")
	if !slices.Equal(first, second) || slices.IsSorted(first) {
		t.Errorf("%v then %v", first, second)
	}
	x.switches(func(s *sim.Switches) { s.ListOrder = "ignored" })
	if asked := ids(x.get("/api/Tickets?order=id"), "tickets"); !slices.Equal(asked, first) {
		t.Errorf("an order that is ignored: %v", asked)
	}
}

func TestSeededStampsDifferAndSomeCoincide(t *testing.T) {
	x := open(t, sim.Config{Tickets: 500})
	stamps := map[string]int{}
	for page := 1; page <= 5; page++ {
		for _, row := range rows(x.get(fmt.Sprintf("/api/Tickets?pageinate=true&page_size=100&page_no=%d&order=id", page)), "tickets") {
			stamps[row["last_update"].(string)]++
		}
	}
	if len(stamps) < 400 || len(stamps) == 500 {
		t.Errorf("%d different stamps of 500", len(stamps))
	}
}

// TestFilters has three tickets, a minute apart: the first open, the second closed, the third deleted.
func TestFilters(t *testing.T) {
	const middle = "2026-03-02T09:15:05.1234567"
	for name, row := range map[string]struct {
		switches func(*sim.Switches)
		query    string
		want     []int
	}{
		"nothing asked: all but the deleted":  {nil, "", []int{10001, 10002}},
		"deleted only":                        {nil, "deleted=true", []int{10003}},
		"deleted as well, where lists are so": {func(s *sim.Switches) { s.DeletedLists = "also" }, "deleted=true", []int{10001, 10002, 10003}},
		"deleted=false changes nothing":       {nil, "deleted=false", []int{10001, 10002}},
		"open only":                           {nil, "open_only=true", []int{10001}},
		"closed only":                         {nil, "closed_only=true", []int{10002}},
		"both false filter nothing":           {nil, "open_only=false&closed_only=false", []int{10001, 10002}},
		"by status":                           {nil, "status_id=9", []int{10002}},
		"by client":                           {nil, "client_id=4", []int{10001}},
		"by agent":                            {nil, "agent_id=5", []int{10002}},
		"by mark, exactly":                    {nil, "third_party_id_string=mark-1", []int{10001}},
		"part of a mark finds nothing":        {nil, "third_party_id_string=mark", nil},
		"the mark of a deleted one needs deleted=true": {nil, "third_party_id_string=mark-3", nil},
		"a mark filter an older build ignores":         {func(s *sim.Switches) { s.ThirdPartyFilter = "ignored" }, "third_party_id_string=mark-1", []int{10001, 10002}},
		"by a word of the summary":                     {nil, "search_summary=PRINTER+TWO", []int{10002}},
		"by a word of the details":                     {nil, "search=paper", []int{10001}},
		"changed since, the moment itself included":    {nil, "lastupdatefromdate=" + middle, []int{10002}},
		"changed since, the moment itself excluded":    {func(s *sim.Switches) { s.SinceFilter = "exclusive" }, "lastupdatefromdate=" + middle, nil},
		"changed until":                                {nil, "lastupdatetodate=" + middle, []int{10001, 10002}},
		"a since filter an older build ignores":        {func(s *sim.Switches) { s.SinceFilter = "ignored" }, "lastupdatefromdate=2030-01-01", []int{10001, 10002}},
		"a since filter with a zone":                   {nil, "lastupdatefromdate=" + middle + "Z", []int{10002}},
		"a since filter that is no date is ignored":    {nil, "lastupdatefromdate=true", []int{10001, 10002}},
		"deleted since":                                {nil, "deleted=true&lastupdatefromdate=" + middle, []int{10003}},
		"names in any case":                            {nil, "Open_Only=true", []int{10001}},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.create(`"client_id":4,"third_party_id_string":"mark-1","details":"no paper"`)
			x.clock.Advance(time.Minute)
			x.post("/api/Tickets", `[{"summary":"printer two","status_id":9,"agent_id":5}]`)
			x.clock.Advance(time.Minute)
			x.do(http.MethodDelete, fmt.Sprintf("/api/Tickets/%d?reason=double", x.create(`"third_party_id_string":"mark-3"`)), "")
			if row.switches != nil {
				x.switches(row.switches)
			}
			got := ids(x.get("/api/Tickets?order=id&"+row.query), "tickets")
			if !slices.Equal(got, row.want) {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}

func TestListForms(t *testing.T) {
	x := open(t, sim.Config{})
	if got := x.get("/api/Tickets")["tickets"]; got == nil {
		t.Error("an empty collection is null by default")
	}
	x.switches(func(s *sim.Switches) { s.NullCollections = true })
	if got, there := x.get("/api/Tickets")["tickets"]; got != nil || !there {
		t.Errorf("an empty collection is %v, want null", got)
	}
	x.create(`"customfields":[{"id":7,"name":"CFrack","value":"B2"}]`)
	row := rows(x.get("/api/Tickets"), "tickets")[0]
	for _, absent := range []string{"agent_name", "datecreated", "deleted", "key"} {
		if _, there := row[absent]; there {
			t.Errorf("a row has %s", absent)
		}
	}
	if row["guid"] == "" || row["agent_id"] != 1.0 || row["dateclosed"] != "1900-01-01T00:00:00" || row["last_update"] != "2026-03-02T09:14:05.1234567" {
		t.Errorf("row %v", row)
	}
	row = rows(x.get("/api/Tickets?includeagent=true&include_custom_fields=7"), "tickets")[0]
	if row["agent_name"] != "Unassigned" || len(row["customfields"].([]any)) != 1 {
		t.Errorf("row with everything %v", row)
	}
}
