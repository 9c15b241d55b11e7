package vendorsim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

func TestControl(t *testing.T) {
	faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
	resets := 0
	control := vendorsim.Control{
		Faults: faults, Ledger: vendorsim.NewLedger(10), Stats: &vendorsim.Stats{}, Limiter: vendorsim.NewLimiter(1, 1),
		Sender: vendorsim.NewSender(vendorsim.SenderConfig{Faults: faults}), Reset: func() { resets++ },
	}
	control.Ledger.Append(vendorsim.Entry{Kind: "ticket", ID: "7"})
	mux := control.Mux()
	for _, row := range []struct {
		name, method, path, body string
		status                   int
		has                      string
	}{
		{"a plan is calm at first", "GET", "/control/plan", "", 200, `"error_rate":0`},
		{"a plan is put whole", "PUT", "/control/plan", `{"latency_ms":5}`, 200, `"latency_ms":5`},
		{"a plan is patched", "PATCH", "/control/plan", `{"throttle_rate":0.5}`, 200, `"latency_ms":5`},
		{"a typo is refused", "PUT", "/control/plan", `{"latency":5}`, 400, "control_error"},
		{"an impossible plan is refused", "PATCH", "/control/plan", `{"throttle_rate":5}`, 400, "between 0 and 1"},
		{"a plan too long is refused", "PUT", "/control/plan", strings.Repeat(" ", 2<<20), 400, "too large"},
		{"a refused plan changes nothing", "GET", "/control/plan", "", 200, `"throttle_rate":0.5`},
		{"the ledger is read", "GET", "/control/ledger", "", 200, `"id":"7"`},
		{"the ledger is read onwards", "GET", "/control/ledger?since=1", "", 200, `"entries":[]`},
		{"a number that is none is refused", "GET", "/control/ledger?since=x", "", 400, "control_error"},
		{"the stats are read", "GET", "/control/stats", "", 200, `"waiting":0`},
		{"the deliveries are read", "GET", "/control/deliveries", "", 200, "[]"},
		{"everything is reset", "POST", "/control/reset", "", 204, ""},
		{"the plan is calm again", "GET", "/control/plan", "", 200, `"throttle_rate":0,`},
		{"the ledger is empty again", "GET", "/control/ledger", "", 200, `"last":0`},
	} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), row.method, row.path, strings.NewReader(row.body)))
		if w.Code != row.status || !strings.Contains(w.Body.String(), row.has) {
			t.Errorf("%s: %d %s", row.name, w.Code, w.Body)
		}
	}
	if resets != 1 {
		t.Errorf("%d resets of the vendor", resets)
	}
}

func TestRequestsAreCounted(t *testing.T) {
	var stats vendorsim.Stats
	faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
	mux := http.NewServeMux()
	mux.Handle("GET /things/{id}", &counter{})
	handler := stats.Count(faults.Wire(mux))
	call(t, handler, "GET", "/things/1")
	call(t, handler, "GET", "/things/2")
	call(t, handler, "GET", "/elsewhere")
	_ = faults.Set(vendorsim.Plan{Outage: true})
	call(t, handler, "POST", "/things/1")
	got, _ := json.Marshal(stats.Requests())
	if want := `{"GET - 404":1,"GET /things/{id} 201":2,"POST - 0":1}`; string(got) != want {
		t.Errorf("%s, want %s", got, want)
	}
}
