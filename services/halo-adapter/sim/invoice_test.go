package sim_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

const oneLine = `"lines":[{"item_shortdescription":"Support","qty_order":1.5,"unit_price":80,"tax_code":"T1"}]`

func (x *tenant) invoice(fields string) int {
	x.Helper()
	return number(x.post("/api/Invoice", `[{"client_id":2,"site_number":20`+prefixed(fields)+`}]`)["id"])
}

func invoicePath(id int) string { return fmt.Sprintf("/api/Invoice/%d?includedetails=true", id) }

func TestAnInvoiceAddsUpAndItsTotalIsTheVendors(t *testing.T) {
	x := open(t, sim.Config{})
	got := x.get(invoicePath(x.invoice(oneLine + `,"total":9999,"revenue":1`)))
	line := rows(got, "lines")[0]
	if got["revenue"] != 120.0 || got["tax_total"] != 24.0 || got["total"] != 144.0 || got["amountdue"] != 144.0 || line["net_amount"] != 120.0 || line["tax_rate"] != 20.0 {
		t.Errorf("%v %v", got["total"], line)
	}
	if got["posted"] != false || got["invoicenumber"] != "" || got["dateposted"] != "1900-01-01T00:00:00" || got["currency_code_name"] != "GBP" {
		t.Errorf("a draft: %v %v %v", got["posted"], got["invoicenumber"], got["dateposted"])
	}
	if got["duedate"] != "2026-04-01T00:00:00" {
		t.Errorf("due %v", got["duedate"])
	}
}

func TestInvoicesAreSearchedByDatesOnNewerBuildsOnly(t *testing.T) {
	for name, row := range map[string]struct {
		how, query string
		want       int
	}{
		"changed since":                  {"inclusive", "datesearch=last_modified&start_date=2026-03-02T09:14:05.1234567", 1},
		"changed since, exclusive":       {"exclusive", "datesearch=last_modified&start_date=2026-03-02T09:14:05.1234567", 0},
		"an older build ignores it":      {"ignored", "datesearch=last_modified&start_date=2026-03-02", 4},
		"the spelling of tickets is not": {"inclusive", "datesearch=last_modified&startdate=2030-01-01", 4},
		"without datesearch it is none":  {"inclusive", "start_date=2030-01-01", 4},
		"by its day":                     {"inclusive", "datesearch=invoice_date&start_date=2026-03-02&end_date=2026-03-02", 1},
		"lastupdatefromdate is unknown":  {"inclusive", "lastupdatefromdate=2030-01-01", 4},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{Invoices: 3})
			x.switches(func(s *sim.Switches) { s.InvoiceSince = row.how })
			x.invoice("")
			if got := number(x.get("/api/Invoice?" + row.query)["record_count"]); got != row.want {
				t.Errorf("%d, want %d", got, row.want)
			}
		})
	}
}

func TestAnInvoiceIsFoundByItsMarkOnNewerBuilds(t *testing.T) {
	x := open(t, sim.Config{Invoices: 3})
	x.invoice(`"thirdpartyinvoicenumber":"mark-1"`)
	if got := number(x.get("/api/Invoice?third_party_id=mark-1")["record_count"]); got != 1 {
		t.Errorf("%d, want 1", got)
	}
	x.switches(func(s *sim.Switches) { s.InvoiceMarkFilter = "ignored" })
	if got := number(x.get("/api/Invoice?third_party_id=mark-1")["record_count"]); got != 4 {
		t.Errorf("where it is ignored: %d, want all 4", got)
	}
}

func TestPostedInvoicesAreRefusedOrEditable(t *testing.T) {
	for how, want := range map[string]int{"refused": 400, "editable": 201} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.PostedInvoices = how })
			id := x.invoice(oneLine + `,"posted":true`)
			if got := x.get(invoicePath(id))["posted"]; got != false {
				t.Errorf("an integration posted it: %v", got)
			}
			if _, err := x.halo.EditKind("invoice", id, map[string]any{"posted": true}); err != nil {
				t.Fatal(err)
			}
			if got := x.get(invoicePath(id)); got["posted"] != true || got["invoicenumber"] == "" {
				t.Errorf("posted: %v %v", got["posted"], got["invoicenumber"])
			}
			for _, call := range [][2]string{{"/api/Invoice", fmt.Sprintf(`[{"id":%d,"reference":"x"}]`, id)}, {"/api/Invoice/updatelines", fmt.Sprintf(`[{"ihid":%d,"qty_order":1}]`, id)}} {
				if status, _ := x.do(http.MethodPost, call[0], call[1]); status != want {
					t.Errorf("POST %s: %d, want %d", call[0], status, want)
				}
			}
			if status, _ := x.do(http.MethodDelete, fmt.Sprintf("/api/Invoice/%d", id), ""); status != 400 {
				t.Errorf("deleting it: %d", status)
			}
		})
	}
}

func TestVoidingIsWhatTheAPIAllows(t *testing.T) {
	for how, row := range map[string]struct {
		status int
		voided bool
	}{"honoured": {201, true}, "ignored": {201, false}, "refused": {400, false}} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.VoidInvoices = how })
			id := x.invoice(oneLine)
			if status, _ := x.do(http.MethodPost, "/api/Invoice", fmt.Sprintf(`[{"id":%d,"voided":true}]`, id)); status != row.status {
				t.Errorf("%d, want %d", status, row.status)
			}
			if got := x.get(invoicePath(id))["voided"]; got != row.voided {
				t.Errorf("voided %v", got)
			}
		})
	}
	x := open(t, sim.Config{})
	id := x.invoice(oneLine)
	if _, err := x.halo.EditKind("invoice", id, map[string]any{"amountpaid": 144}); err != nil {
		t.Fatal(err)
	}
	if got := x.get(invoicePath(id)); got["paymentstatus"] != 2.0 || got["amountdue"] != 0.0 || got["datepaid"] == "1900-01-01T00:00:00" {
		t.Errorf("paid: %v %v", got["paymentstatus"], got["amountdue"])
	}
	if status, _ := x.do(http.MethodPost, "/api/Invoice", fmt.Sprintf(`[{"id":%d,"voided":true}]`, id)); status != 400 {
		t.Errorf("voiding a paid one: %d", status)
	}
}

func TestListsOfInvoicesAreFiltered(t *testing.T) {
	x := open(t, sim.Config{})
	id, ticket := x.invoice(oneLine), x.create("")
	x.invoice(fmt.Sprintf(`"ticket_id":%d,"reference":"PO-77"`, ticket))
	if _, err := x.halo.EditKind("invoice", id, map[string]any{"posted": true, "amountpaid": 1}); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]int{
		"postedonly=true": 1, "notpostedonly=true": 1, "paymentstatuses=1,2": 1, "paymentstatuses=0": 1, "client_id=2": 2, "client_id=3": 0,
		fmt.Sprintf("ticket_id=%d", ticket): 1, "search=po-77": 1,
	} {
		if got := number(x.get("/api/Invoice?" + query)["record_count"]); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	if _, there := rows(x.get("/api/Invoice"), "invoices")[0]["lines"]; there {
		t.Error("lines came unasked")
	}
}

func TestRecurringInvoicesAreReadOnlyAndShareTheSchema(t *testing.T) {
	x := open(t, sim.Config{Invoices: 4})
	list := rows(x.get("/api/RecurringInvoice?includelines=true"), "invoices")
	if len(list) != 3 || list[0]["is_recurring_invoice"] != true || list[0]["nextcreationdate"] == nil || len(rows(list[0], "lines")) == 0 {
		t.Fatalf("%v", list)
	}
	if _, there := rows(x.get("/api/Invoice"), "invoices")[0]["nextcreationdate"]; there {
		t.Error("an invoice has the pattern of a recurring one")
	}
	if status, _ := x.do(http.MethodPost, "/api/RecurringInvoice", `[{"client_id":2}]`); status != http.StatusMethodNotAllowed {
		t.Errorf("a write: %d", status)
	}
	x.switches(func(s *sim.Switches) { s.RecurringKey = "recurringinvoices" })
	if got := rows(x.get("/api/RecurringInvoice"), "recurringinvoices"); len(got) != 3 {
		t.Errorf("under another key: %v", got)
	}
	if _, err := x.halo.EditKind("recurring_invoice", 81, map[string]any{"disabled": true}); err != nil {
		t.Fatal(err)
	}
	if got := x.get("/api/RecurringInvoice/81")["disabled"]; got != true {
		t.Errorf("disabled by a person: %v", got)
	}
}
