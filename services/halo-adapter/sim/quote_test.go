package sim_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

const twoLines = `"lines":[{"name":"Laptop","current_quantity":10,"baseprice":99.99,"discount_perc":10,"tax_name":"Standard"},{"name":"Bag","current_quantity":1,"baseprice":20,"optional":true}]`

func (x *tenant) quote(fields string) object {
	x.Helper()
	return x.post("/api/Quotation", `[{"title":"Ten laptops","client_id":2`+prefixed(fields)+`}]`)
}

func TestAQuotationAddsUpItsLines(t *testing.T) {
	x := open(t, sim.Config{})
	got := x.quote(twoLines)
	lines := rows(got, "lines")
	if len(lines) != 2 || lines[0]["net_total"] != 899.91 || lines[0]["total_tax"] != 179.98 || number(lines[0]["qhid"]) != number(got["id"]) {
		t.Errorf("lines %v", lines)
	}
	if got["revenue"] != 899.91 || got["tax_total"] != 179.98 || got["total"] != 1079.89 {
		t.Errorf("without the optional line: %v %v %v", got["revenue"], got["tax_total"], got["total"])
	}
}

func TestListsOfQuotationsOmitLinesUnlessAsked(t *testing.T) {
	x := open(t, sim.Config{})
	x.quote(twoLines)
	if _, there := rows(x.get("/api/Quotation"), "quotes")[0]["lines"]; there {
		t.Error("lines came unasked")
	}
	if got := rows(rows(x.get("/api/Quotation?includelines=true"), "quotes")[0], "lines"); len(got) != 2 {
		t.Errorf("asked: %v", got)
	}
}

func TestQuotationsHaveNoSinceFilter(t *testing.T) {
	x := open(t, sim.Config{Quotes: 5})
	for _, query := range []string{"lastupdatefromdate=2030-01-01", "datesearch=last_modified&start_date=2030-01-01", "startdate=2030-01-01"} {
		if got := number(x.get("/api/Quotation?" + query)["record_count"]); got != 5 {
			t.Errorf("%s: %d of 5", query, got)
		}
	}
}

func TestWhetherListsOfQuotationsShowTheirStamp(t *testing.T) {
	x := open(t, sim.Config{Quotes: 1})
	for _, shown := range []bool{false, true} {
		x.switches(func(s *sim.Switches) { s.QuoteListStamp = shown })
		if _, there := rows(x.get("/api/Quotation"), "quotes")[0]["last_update_time"]; there != shown {
			t.Errorf("there: %v, want %v", there, shown)
		}
	}
	if got := x.get("/api/Quotation/301")["last_update_time"]; got == nil {
		t.Error("the detail has none")
	}
}

func TestLinesThatAnUpdateDoesNotSend(t *testing.T) {
	for how, want := range map[string]int{"replace": 2, "merge": 3} {
		t.Run(how, func(t *testing.T) {
			x := open(t, sim.Config{})
			x.switches(func(s *sim.Switches) { s.LinesOnUpdate = how })
			q := x.quote(twoLines)
			first := number(rows(q, "lines")[0]["id"])
			q = x.post("/api/Quotation", fmt.Sprintf(`[{"id":%d,"lines":[{"id":%d,"current_quantity":3},{"name":"Mouse","current_quantity":1,"baseprice":9}]}]`, number(q["id"]), first))
			lines := rows(q, "lines")
			if len(lines) != want || number(lines[0]["id"]) != first || lines[0]["current_quantity"] != 3.0 || lines[0]["baseprice"] != 99.99 {
				t.Errorf("%v", lines)
			}
			q = x.post("/api/Quotation", fmt.Sprintf(`[{"id":%d,"title":"y"}]`, number(q["id"])))
			if got := len(rows(q, "lines")); got != want {
				t.Errorf("an update without lines leaves %d, want %d", got, want)
			}
		})
	}
}

func TestLinesOfTheirOwnTouchNoOthers(t *testing.T) {
	x := open(t, sim.Config{})
	q := x.quote(twoLines)
	got := x.post("/api/Quotation/Lines", fmt.Sprintf(`[{"qhid":%d,"name":"Mouse","current_quantity":1,"baseprice":9}]`, number(q["id"])))
	if len(rows(got, "lines")) != 3 {
		t.Errorf("%v", got["lines"])
	}
	if status, _ := x.do(http.MethodPost, "/api/Quotation/Lines", `[{"qhid":1,"name":"x"}]`); status != http.StatusNotFound {
		t.Errorf("of no quotation: %d", status)
	}
	if status, _ := x.do(http.MethodPost, "/api/Quotation", fmt.Sprintf(`[{"id":%d,"lines":[{"id":77}]}]`, number(q["id"]))); status != http.StatusNotFound {
		t.Errorf("a line that is not there: %d", status)
	}
}

func TestAQuotationIsAnsweredOnce(t *testing.T) {
	for name, row := range map[string]struct {
		result bool
		state  float64
	}{"approved": {true, 1}, "rejected": {false, 2}} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{})
			id := number(x.quote(twoLines)["id"])
			x.clock.Advance(time.Minute)
			body := fmt.Sprintf(`[{"id":%d,"result":%v,"approvalname":"Iris Lang","approvalemailaddress":"iris@client.example","approvalnote":"go","ponumber":"PO-9"}]`, id, row.result)
			got := x.post("/api/Quotation/Approval", body)
			if got["approvalstate"] != row.state || got["approvalname"] != "Iris Lang" || got["ponumber"] != "PO-9" || got["approvaldatetime"] != "2026-03-02T09:15:05.1234567" {
				t.Errorf("%v", got)
			}
			if status, _ := x.do(http.MethodPost, "/api/Quotation/Approval", body); status != 400 {
				t.Errorf("a second answer: %d", status)
			}
			if status, _ := x.do(http.MethodPost, "/api/Quotation", fmt.Sprintf(`[{"id":%d,"title":"y"}]`, id)); status != 400 {
				t.Errorf("a change afterwards: %d", status)
			}
			x.switches(func(s *sim.Switches) { s.SecondApproval = "accepted" })
			x.post("/api/Quotation/Approval", body)
			if open, closed := number(x.get("/api/Quotation?open=true")["record_count"]), number(x.get("/api/Quotation?closed=true")["record_count"]); open != 0 || closed != 1 {
				t.Errorf("%d open, %d closed", open, closed)
			}
		})
	}
}

func TestTheNumbersOfApprovalAreTheTenants(t *testing.T) {
	x := open(t, sim.Config{})
	x.switches(func(s *sim.Switches) { s.ApprovedState, s.RejectedState = 4, 5 })
	id := number(x.quote("")["id"])
	if got := x.post("/api/Quotation/Approval", fmt.Sprintf(`[{"id":%d,"result":true}]`, id))["approvalstate"]; got != 4.0 {
		t.Errorf("%v", got)
	}
}

func TestAQuotationHangsOnAnOpportunity(t *testing.T) {
	x := open(t, sim.Config{})
	id := x.create(`"tickettype_id":10,"client_id":4`)
	got := x.post("/api/Quotation", fmt.Sprintf(`[{"title":"x","ticket_id":%d}]`, id))
	if got["client_id"] != 4.0 || len(ids(x.get(fmt.Sprintf("/api/Quotation?ticket_id=%d", id)), "quotes")) != 1 {
		t.Errorf("%v", got)
	}
	if status, _ := x.do(http.MethodPost, "/api/Quotation", `[{"title":"x","ticket_id":99999}]`); status != 400 {
		t.Errorf("on a ticket that is not there: %d", status)
	}
	for domain, want := range map[string]int{"": 1, "reqs": 0, "opps": 1} {
		if got := number(x.get("/api/Tickets?domain=" + domain)["record_count"]); got != want {
			t.Errorf("domain %q: %d tickets, want %d", domain, got, want)
		}
	}
}

func TestADeletedQuotationIsGone(t *testing.T) {
	x := open(t, sim.Config{Quotes: 2})
	x.do(http.MethodDelete, "/api/Quotation/301", "")
	if status, _ := x.do(http.MethodGet, "/api/Quotation/301", ""); status != http.StatusNotFound || number(x.get("/api/Quotation")["record_count"]) != 1 {
		t.Errorf("afterwards: %d", status)
	}
	if status, _ := x.do(http.MethodDelete, "/api/Quotation/301", ""); status != http.StatusNotFound {
		t.Errorf("again: %d", status)
	}
}
