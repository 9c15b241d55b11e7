package vendorsim_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// counter is a vendor that counts what it did; a POST to /refused is refused.
type counter struct{ done int }

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/refused" {
		vendorsim.WriteJSON(w, http.StatusBadRequest, "no")
		return
	}
	c.done++
	vendorsim.WriteJSON(w, http.StatusCreated, map[string]any{"n": c.done, "html": "<p>"})
}

func TestFaults(t *testing.T) {
	for name, row := range map[string]struct {
		plan   vendorsim.Plan
		method string
		path   string
		status int // 0: no answer
		done   int
	}{
		"calm":                                      {vendorsim.Plan{}, "POST", "/", 201, 1},
		"an outage ends every connection":           {vendorsim.Plan{Outage: true}, "GET", "/", 0, 0},
		"an error does nothing":                     {vendorsim.Plan{ErrorRate: 1}, "GET", "/", 500, 0},
		"an error has the status asked for":         {vendorsim.Plan{ErrorRate: 1, ErrorStatus: 418}, "GET", "/", 418, 0},
		"an error page is a proxy's":                {vendorsim.Plan{ErrorRate: 1, HTMLErrors: true}, "GET", "/", 502, 0},
		"throttling does nothing":                   {vendorsim.Plan{ThrottleRate: 1}, "POST", "/", 429, 0},
		"before the commit nothing is done":         {vendorsim.Plan{FailBeforeCommit: 1}, "POST", "/", 500, 0},
		"after the commit it is done":               {vendorsim.Plan{FailAfterCommit: 1}, "POST", "/", 500, 1},
		"a lost answer was done":                    {vendorsim.Plan{LoseAnswers: 1}, "DELETE", "/", 0, 1},
		"a hung answer was done":                    {vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: 1}}, "POST", "/", 0, 1},
		"reads know no commit":                      {vendorsim.Plan{FailBeforeCommit: 1, FailAfterCommit: 1, LoseAnswers: 1}, "GET", "/", 201, 1},
		"a refusal is answered whatever follows it": {vendorsim.Plan{LoseAnswers: 1, FailAfterCommit: 1}, "POST", "/refused", 400, 0},
		"other routes are spared":                   {vendorsim.Plan{Outage: true, ErrorRate: 1, Routes: []string{"/api"}}, "GET", "/", 201, 1},
		"routes are prefixes in any case":           {vendorsim.Plan{ErrorRate: 1, Routes: []string{"/other", "/API"}}, "GET", "/api/x", 500, 0},
	} {
		t.Run(name, func(t *testing.T) {
			vendor := &counter{}
			faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
			if err := faults.Set(row.plan); err != nil {
				t.Fatal(err)
			}
			status, _ := call(t, faults.Wire(faults.Answers(vendor)), row.method, row.path)
			if status != row.status || vendor.done != row.done {
				t.Errorf("status %d, done %d; want %d, %d", status, vendor.done, row.status, row.done)
			}
		})
	}
}

func TestLostAnswersCountDown(t *testing.T) {
	faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
	_ = faults.Set(vendorsim.Plan{LoseAnswers: 2})
	var got []int
	for _, path := range []string{"/", "/refused", "/", "/"} {
		status, _ := call(t, faults.Answers(&counter{}), http.MethodPost, path)
		got = append(got, status)
	}
	if want := []int{0, 400, 0, 201}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("%v, want %v", got, want)
	}
	if left := faults.Plan().LoseAnswers; left != 0 {
		t.Errorf("%d left", left)
	}
}

func TestRatesAreSharesAndTheSeedRepeats(t *testing.T) {
	run := func(seed uint64) (out string) {
		faults := vendorsim.NewFaults(vendorsim.FaultsConfig{Seed: seed})
		_ = faults.Set(vendorsim.Plan{ErrorRate: 0.3})
		handler := faults.Answers(&counter{})
		for range 1000 {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
			out += string(rune('a' + w.Code/100))
		}
		return out
	}
	first := run(1)
	if n := strings.Count(first, "f"); n < 250 || n > 350 {
		t.Errorf("%d errors of 1000 at a rate of 0.3", n)
	}
	if first != run(1) || first == run(2) {
		t.Error("a seed must repeat, and another must differ")
	}
}

func TestTokensExpireOnceForEachPlan(t *testing.T) {
	faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
	_ = faults.Set(vendorsim.Plan{ExpireTokens: true})
	if first, second := faults.TakeExpiry(), faults.TakeExpiry(); !first || second {
		t.Errorf("%v then %v", first, second)
	}
}

func TestDrift(t *testing.T) {
	const body = `{"rows":[{"id":1234567890123456789,"on":true,"name":"x","sub":{"a":1},"gone":1,"none":null}],"gone":2}`
	drift := vendorsim.Drift{Drop: []string{"gone"}, Retype: []string{"id", "on", "name", "sub", "none"}}
	const want = `{"rows":[{"id":"1234567890123456789","name":{"value":"x"},"none":null,"on":"true","sub":"{\"a\":1}"}]}`
	if got := string(drift.Apply([]byte(body))); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := string(drift.Apply([]byte("<html>"))); got != "<html>" {
		t.Errorf("no JSON: %s", got)
	}
}

func TestDriftedAnswersAreWhole(t *testing.T) {
	faults := vendorsim.NewFaults(vendorsim.FaultsConfig{})
	_ = faults.Set(vendorsim.Plan{Drift: vendorsim.Drift{Retype: []string{"n"}}})
	status, body := call(t, faults.Answers(&counter{}), http.MethodGet, "/")
	var answer map[string]string
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != 201 || answer["n"] != "1" {
		t.Errorf("%d %s", status, body)
	}
}

// call makes one real request; the status is 0 if no answer came.
func call(t *testing.T, handler http.Handler, method, path string) (int, string) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close() //nolint:errcheck // read to the end
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}
