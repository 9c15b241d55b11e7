package sim_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// TestManyCallersAtOnce ends with every change made once, and a ledger without holes.
func TestManyCallersAtOnce(t *testing.T) {
	const callers, each = 8, 20
	x := open(t, sim.Config{Limit: -1, Tickets: 50})
	shared := x.create("")
	var wait sync.WaitGroup
	for range callers {
		wait.Go(func() {
			for range each {
				for _, call := range [][3]string{
					{http.MethodPost, "/api/Tickets", `[{"summary":"x","third_party_id_string":"mark"}]`},
					{http.MethodPost, "/api/Actions", fmt.Sprintf(`[{"ticket_id":%d,"outcome_id":7,"note":"x"}]`, shared)},
					{http.MethodPost, "/api/Users", `[{"firstname":"x","site_id":20,"emailaddress":"x@y.example"}]`},
					{http.MethodPost, "/api/Quotation", `[{"title":"x","client_id":2,"lines":[{"name":"y","current_quantity":1}]}]`},
					{http.MethodGet, "/api/Users?order=name&includeinactive=true", ""},
					{http.MethodGet, "/api/Tickets?order=last_update&pageinate=true", ""},
				} {
					if resp, err := x.try(call[0], call[1], call[2]); err != nil || resp.StatusCode > 201 {
						t.Errorf("%s %s: %v %v", call[0], call[1], resp, err)
					} else {
						_ = resp.Body.Close()
					}
				}
			}
		})
	}
	wait.Wait()
	truth, _ := x.halo.Truth(shared)
	made := x.get("/api/Tickets?third_party_id_string=mark&ticketidonly=true")
	entries := rows(x.get("/control/ledger"), "entries")
	if len(truth.Actions) != callers*each || number(made["record_count"]) != callers*each || len(entries) != 1+4*callers*each {
		t.Errorf("%d actions, %v tickets, %d entries", len(truth.Actions), made["record_count"], len(entries))
	}
	for n, entry := range entries {
		if number(entry["seq"]) != n+1 {
			t.Fatalf("entry %d has the number %v", n+1, entry["seq"])
		}
	}
}
