package sim_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// kinds are the paths of the kinds beside tickets and actions, the keys of their lists, and what makes a new one.
func kinds() map[string]struct{ key, body string } {
	return map[string]struct{ key, body string }{
		"/api/Client":    {"clients", `[{"name":"Fourth Coffee"}]`},
		"/api/Site":      {"sites", `[{"name":"Depot","client_id":2}]`},
		"/api/Users":     {"users", `[{"firstname":"Iris","surname":"Lang","site_id":20}]`},
		"/api/Quotation": {"quotes", `[{"title":"Ten laptops","client_id":2,"lines":[{"name":"Laptop","current_quantity":10,"baseprice":100}]}]`},
		"/api/Invoice":   {"invoices", `[{"client_id":2,"lines":[{"item_shortdescription":"Support","qty_order":1,"unit_price":50}]}]`},
	}
}

func eachKind(t *testing.T, run func(x *tenant, path, key, body string)) {
	t.Helper()
	for path, k := range kinds() {
		t.Run(path, func(t *testing.T) { run(open(t, sim.Config{}), path, k.key, k.body) })
	}
}

func TestEveryKindIsMadeChangedReadAndListed(t *testing.T) {
	eachKind(t, func(x *tenant, path, key, body string) {
		before := number(x.get(path)["record_count"])
		id := number(x.post(path, body)["id"])
		if id == 0 || number(x.get(path)["record_count"]) != before+1 {
			x.Fatalf("id %d", id)
		}
		if !slices.Contains(ids(x.get(path+"?order=id&orderdesc=true&count=1"), key), id) {
			x.Error("the new one is not the last by id")
		}
		x.clock.Advance(time.Minute)
		field := map[string]string{"/api/Client": "name", "/api/Site": "name", "/api/Users": "emailaddress", "/api/Quotation": "title", "/api/Invoice": "reference"}[path]
		x.post(path, fmt.Sprintf(`[{"id":%d,%q:"changed"}]`, id, field))
		got := x.get(fmt.Sprintf("%s/%d?includedetails=true", path, id))
		if got[field] != "changed" {
			x.Errorf("%s is %v", field, got[field])
		}
	})
}

func TestEveryKindIsPagedTheSame(t *testing.T) {
	eachKind(t, func(x *tenant, path, key, _ string) {
		x.halo.SeedKinds(218, 230, 230) // 12 clients are there from the beginning
		total := number(x.get(path)["record_count"])
		for name, row := range map[string]struct {
			query string
			rows  int
		}{
			"without pageinate the page parameters mean nothing": {"page_size=7&page_no=2", 50},
			"with pageinate the page size is honoured":           {"pageinate=true&page_size=7&page_no=2", 7},
			"more than 100 is clamped in silence":                {"pageinate=true&page_size=1000&page_no=1", 100},
			"a page past the end is empty":                       {"pageinate=true&page_size=100&page_no=99", 0},
			"an unknown parameter is ignored":                    {"view_id=4&lastupdated=2030-01-01", 50},
		} {
			answer := x.get(path + "?" + row.query)
			if got := len(ids(answer, key)); got != row.rows || number(answer["record_count"]) != total {
				x.Errorf("%s: %d rows of %v, want %d of %d", name, got, answer["record_count"], row.rows, total)
			}
		}
		first, second := ids(x.get(path), key), ids(x.get(path+"?order=nonsense"), key)
		if !slices.Equal(first, second) || slices.IsSorted(first) {
			x.Error("without an order the order is not stable, or that of ids")
		}
		x.switches(func(s *sim.Switches) { s.OtherPages = "honoured" })
		if got := len(ids(x.get(path+"?pageinate=true&page_size=1000"), key)); got != min(total, 1000) {
			x.Errorf("where larger pages are honoured: %d rows of %d", got, total)
		}
	})
}

func TestIDsOnlyComeAllAtOnce(t *testing.T) {
	x := open(t, sim.Config{Invoices: 3})
	x.halo.SeedKinds(218, 0, 200)
	for path, key := range map[string]string{"/api/Client": "clients", "/api/Site": "sites", "/api/Users": "users", "/api/Invoice": "invoices"} {
		answer := x.get(path + "?idonly=true&pageinate=true&page_size=7")
		list := rows(answer, key)
		if len(list) != number(answer["record_count"]) || len(list) < 200 || len(list[0]) != 1 {
			t.Errorf("%s: %d rows of %v", path, len(list), answer["record_count"])
		}
	}
}

func TestEmptyCollectionsOfEveryKindAreNullWhereSo(t *testing.T) {
	eachKind(t, func(x *tenant, path, key, _ string) {
		const nobody = "?client_id=99999&toplevel_id=77"
		if got := x.get(path + nobody)[key]; got == nil {
			x.Error("it is null by default")
		}
		x.switches(func(s *sim.Switches) { s.NullCollections = true })
		if got, there := x.get(path + nobody)[key]; got != nil || !there {
			x.Errorf("it is %v, want null", got)
		}
	})
}

func TestPostsOfEveryKindThatAreRefused(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		for name, row := range map[string]struct {
			body string
			want int
		}{
			"no array":                   {`{"name":"x"}`, 400},
			"an empty array":             {`[]`, 400},
			"nothing that is required":   {`[{}]`, 400},
			"an id with a fraction":      {`[{"id":1.5}]`, 400},
			"an update of nobody":        {`[{"id":99999,"name":"x"}]`, 404},
			"a number for a text":        {body[:len(body)-2] + `,"name":7,"title":7,"reference":7}]`, 400},
			"custom fields that are not": {body[:len(body)-2] + `,"customfields":[7]}]`, 400},
		} {
			if status, answer := x.do(http.MethodPost, path, row.body); status != row.want {
				x.Errorf("%s: %d %v, want %d", name, status, answer, row.want)
			}
		}
	})
}

func TestAnswersToPostsOfEveryKindHaveTheTenantsShape(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		x.switches(func(s *sim.Switches) { s.PostAnswer, s.PostStatus = "array", 200 })
		if status, answer := x.do(http.MethodPost, path, body); status != 200 || len(rows(answer, "rows")) != 1 {
			x.Errorf("%d %v", status, answer)
		}
	})
}

func TestASuccessMayCarryAWarning(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		x.switches(func(s *sim.Switches) { s.Warning = "The accounts system could not be reached." })
		if got := x.post(path, body)["_warning"]; got != "The accounts system could not be reached." {
			x.Errorf("%v", got)
		}
	})
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.Warning = "No SLA." })
	if got := x.post("/api/Tickets", `[{"summary":"x"}]`)["_warning"]; got != "No SLA." {
		t.Errorf("of a ticket: %v", got)
	}
}

func TestWhatWasCreatedIsNotFoundForAWhile(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		x.plan(`{"absent_after_create_seconds":30}`)
		one := fmt.Sprintf("%s/%d", path, number(x.post(path, body)["id"]))
		if status, _ := x.do(http.MethodGet, one, ""); status != http.StatusNotFound {
			x.Errorf("at once: %d", status)
		}
		x.clock.Advance(31 * time.Second)
		x.get(one)
	})
}

func TestReadsOfEveryKindMayBeStale(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		id := number(x.post(path, body)["id"])
		x.clock.Advance(time.Minute)
		x.post(path, fmt.Sprintf(`[{"id":%d,"name":"later","title":"later","reference":"later","firstname":"later"}]`, id))
		x.clock.Advance(time.Second)
		x.plan(`{"stale_read_seconds":30}`)
		got := x.get(fmt.Sprintf("%s/%d", path, id))
		if got["name"] == "later" || got["title"] == "later" || got["reference"] == "later" {
			x.Errorf("%v", got)
		}
	})
}

func TestTheLedgerAndTheTruthKnowEveryKind(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		name := map[string]string{"/api/Client": "client", "/api/Site": "site", "/api/Users": "user", "/api/Quotation": "quotation", "/api/Invoice": "invoice"}[path]
		id := number(x.post(path, body)["id"])
		x.post("/control/halo/kind", fmt.Sprintf(`{"kind":%q,"id":%d,"fields":{"name":"by hand","title":"by hand"}}`, name, id))
		if status, _ := x.do(http.MethodDelete, fmt.Sprintf("%s/%d", path, id), ""); status != http.StatusOK {
			x.Fatalf("deleted: %d", status)
		}
		var ops []string
		for _, e := range rows(x.get("/control/ledger?since=0"), "entries") {
			if e["kind"] == name && e["id"] == fmt.Sprint(id) {
				ops = append(ops, fmt.Sprint(e["op"], " by ", e["by"]))
			}
		}
		if want := []string{"create by API Service", "update by Amira Khan", "delete by API Service"}; !slices.Equal(ops, want) {
			x.Errorf("%v, want %v", ops, want)
		}
		if status, _ := x.do(http.MethodGet, fmt.Sprintf("/control/halo/kind/%s/%d", name, id), ""); status != http.StatusNotFound {
			x.Errorf("the truth of what is gone: %d", status)
		}
	})
}

func TestEveryKindAsksForItsOwnScope(t *testing.T) {
	eachKind(t, func(x *tenant, path, _, body string) {
		read := map[string]string{"/api/Quotation": "read:quotes", "/api/Invoice": "read:invoices"}[path]
		if read == "" {
			read = "read:customers"
		}
		x.signIn(read)
		x.get(path)
		if status, _ := x.do(http.MethodPost, path, body); status != http.StatusForbidden {
			x.Errorf("a write with %s: %d", read, status)
		}
		x.signIn("read:tickets")
		if status, _ := x.do(http.MethodGet, path, ""); status != http.StatusForbidden {
			x.Errorf("a read with read:tickets: %d", status)
		}
	})
}

func TestSeedingOtherKindsLeavesTicketsAsTheyAre(t *testing.T) {
	plain, rich := open(t, sim.Config{Tickets: 20, Seed: 5}), open(t, sim.Config{Tickets: 20, Seed: 5, Quotes: 9, Invoices: 9})
	first, second := plain.get("/api/Tickets"), rich.get("/api/Tickets")
	if fmt.Sprint(first) != fmt.Sprint(second) {
		t.Error("the tickets differ")
	}
	if n := len(rows(rich.get("/api/RecurringInvoice?includelines=true"), "invoices")); n != 3 {
		t.Errorf("%d recurring invoices", n)
	}
	if entries := rows(rich.get("/control/ledger?since=0"), "entries"); len(entries) > 0 {
		t.Errorf("seeding is in the ledger: %v", entries[0])
	}
}

// TestALostAnswersRowIsFoundByItsMark looks as an integration must that does not know whether its create was made.
func TestALostAnswersRowIsFoundByItsMark(t *testing.T) {
	for path, row := range map[string]struct{ body, look, key, field string }{
		"/api/Client":    {`[{"name":"Fourth Coffee","ref":"mark-1"}]`, "?search=Fourth+Coffee", "clients", "ref"},
		"/api/Site":      {`[{"name":"Depot","client_id":2,"ref":"mark-1"}]`, "?client_id=2", "sites", "ref"},
		"/api/Users":     {`[{"firstname":"Iris","site_id":20,"emailaddress":"iris@x.example","other5":"mark-1"}]`, "?client_id=2&search=iris@x.example&includeinactive=true", "users", "other5"},
		"/api/Quotation": {`[{"title":"x","client_id":2,"note":"mark-1","third_party_number":"mark-1"}]`, "?client_id=2&search=mark-1", "quotes", "third_party_number"},
		"/api/Invoice":   {`[{"client_id":2,"thirdpartyinvoicenumber":"mark-1"}]`, "?third_party_id=mark-1", "invoices", "thirdpartyinvoicenumber"},
	} {
		t.Run(path, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.plan(`{"lose_answers":1}`)
			if resp, err := x.try(http.MethodPost, path, row.body); err == nil {
				_ = resp.Body.Close()
				t.Fatal("the answer came")
			}
			found := 0
			for _, r := range rows(x.get(path+row.look), row.key) {
				if r[row.field] == "mark-1" {
					found++
				}
			}
			if found != 1 {
				t.Errorf("found %d times", found)
			}
		})
	}
}
