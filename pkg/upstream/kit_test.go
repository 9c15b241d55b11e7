package upstream_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// byStatus is a vendor as plain as they come.
func byStatus(_ string, r *upstream.Response) *fault.Error {
	writes := r.Method != http.MethodGet
	switch {
	case r.Status < 400:
		return nil
	case r.Status == http.StatusUnauthorized:
		return &fault.Error{Kind: fault.Unauthorized, Reason: "UNAUTHORIZED"}
	case r.Status == http.StatusTooManyRequests:
		return &fault.Error{Kind: fault.Throttled, Reason: "THROTTLED"}
	case r.Status >= 500:
		return &fault.Error{Kind: fault.Unavailable, Reason: "SERVER_ERROR", MayApply: writes}
	}
	return &fault.Error{Kind: fault.Invalid, Reason: "REFUSED", Message: string(r.Body)}
}

// witness is gate and journal of a test.
type witness struct {
	mu       sync.Mutex
	closed   error // what Pass answers
	passes   int
	rows     []upstream.Exchange
	outcomes []upstream.Outcome
}

func (w *witness) Pass(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.passes++
	return w.closed
}

func (w *witness) Report(_ context.Context, o upstream.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcomes = append(w.outcomes, o)
}

func (w *witness) Record(x *upstream.Exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, *x)
}

// vendor is a server whose connections are gone when the test ends.
func vendor(t *testing.T, answer http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s
}

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// client calls url as connection "acme"; change may be nil.
func client(t *testing.T, url string, w *witness, change func(*upstream.Config)) *upstream.Client {
	t.Helper()
	cfg := upstream.Config{Vendor: "halo", Connection: "acme", Hosts: []string{url}, Classify: byStatus, Gate: w, Journal: w}
	if change != nil {
		change(&cfg)
	}
	c, err := upstream.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func get(url string) upstream.Call {
	return upstream.Call{Op: "halo.GetTicket", URL: url + "/Tickets/7", Route: "/Tickets/{id}"}
}

func post(url string) upstream.Call {
	return upstream.Call{Op: "halo.CreateTicket", Method: http.MethodPost, URL: url + "/Tickets", Route: "/Tickets", Body: []byte(`[{}]`)}
}
