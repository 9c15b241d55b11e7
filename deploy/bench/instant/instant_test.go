package instant

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// simulator knows one ticket, and says so when it is asked to change something.
func simulator() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /control/halo/tickets/10001", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `{"ticket":{"id":10001,"summary":"Printer offline","status_id":2,"last_update":"2026-01-02T03:04:05"},"actions":[]}`)
	})
	mux.HandleFunc("POST /api/Tickets", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `"the simulator"`) })
	return mux
}

func TestOnlySummariesAreChangedAtOnce(t *testing.T) {
	behind := httptest.NewServer(simulator())
	defer behind.Close()
	v, err := New(t.Context(), strings.TrimPrefix(behind.URL, "http://"), 1)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(v.mux())
	defer s.Close()
	for name, row := range map[string]struct{ body, want string }{
		"a summary":              {`[{"id":10001,"summary":"On fire"}]`, `"summary":"On fire"`},
		"more than a summary":    {`[{"id":10001,"summary":"x","status_id":9}]`, "the simulator"},
		"a ticket nobody knows":  {`[{"id":10002,"summary":"x"}]`, "the simulator"},
		"a ticket that is to be": {`[{"summary":"x"}]`, "the simulator"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ask(t, http.MethodPost, s.URL+"/api/Tickets", row.body); !strings.Contains(got, row.want) {
				t.Errorf("got %s, want %s in it", got, row.want)
			}
		})
	}
	var shown struct {
		ID      int
		Summary string
		Status  int `json:"status_id"`
	}
	if err := json.Unmarshal([]byte(ask(t, http.MethodGet, s.URL+"/api/Tickets/10001", "")), &shown); err != nil || shown.Summary != "On fire" || shown.ID != 10001 || shown.Status != 2 {
		t.Errorf("it shows %+v (%v)", shown, err)
	}
	if got := ask(t, http.MethodGet, s.URL+"/control/ledger?since=0", ""); !strings.Contains(got, `"last":1`) || !strings.Contains(got, `"On fire"`) {
		t.Errorf("its ledger is %s", got)
	}
}

func ask(t *testing.T, method, url, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
