package adaptertest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Simulator is a running simulated vendor, and the connection to it.
type Simulator struct {
	testing.TB

	ID  string // of the connection
	URL string

	vendor Vendor
	own    Settings
}

// Simulate runs a vendor, to be called by this connection.
func Simulate(t testing.TB, connection string, v Vendor) *Simulator {
	t.Helper()
	server := httptest.NewServer(v.Handler)
	ctx, cancel := context.WithCancel(context.Background())
	sends := make(chan error, 1)
	go func() { sends <- v.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		server.CloseClientConnections()
		server.Close()
		if err := <-sends; err != nil {
			t.Error(err)
		}
	})
	s := &Simulator{TB: t, ID: connection, URL: server.URL, vendor: v}
	if v.Named != nil {
		v.Named("connections/" + connection)
	}
	return s
}

// With is s with these keys of its connection set.
func (s *Simulator) With(own Settings) *Simulator {
	s.own = own
	return s
}

// In is s within a subtest.
func (s *Simulator) In(t testing.TB) *Simulator {
	own := *s
	own.TB = t
	return &own
}

// Path is the last part of the address that takes its deliveries.
func (s *Simulator) Path() string { return "an-unguessable-path-" + s.ID }

// Silence keeps the vendor from sending deliveries.
func (s *Simulator) Silence() {
	if s.vendor.Hook != nil {
		s.vendor.Hook("")
	}
}

// control asks the simulator's own surface; answer may be nil.
func (s *Simulator) control(method, path string, body, answer any) {
	s.Helper()
	b, err := json.Marshal(body)
	must(s, err)
	w := httptest.NewRecorder()
	s.vendor.Handler.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, "/control/"+path, bytes.NewReader(b)))
	if w.Code >= 300 {
		s.Fatalf("%s /control/%s: %d %s", method, path, w.Code, w.Body)
	}
	if answer != nil {
		must(s, json.Unmarshal(w.Body.Bytes(), answer))
	}
}

// Misbehaves makes the vendor follow a plan; the zero plan is calm.
func (s *Simulator) Misbehaves(p vendorsim.Plan) {
	s.Helper()
	s.control(http.MethodPut, "plan", p, nil)
}

// Plan is the plan that the vendor follows.
func (s *Simulator) Plan() (p vendorsim.Plan) {
	s.Helper()
	s.control(http.MethodGet, "plan", nil, &p)
	return p
}

// Requests counts the requests by route and answer: "POST /api/tickets 201".
func (s *Simulator) Requests() map[string]uint64 {
	s.Helper()
	var stats struct {
		Requests map[string]uint64 `json:"requests"`
	}
	s.control(http.MethodGet, "stats", nil, &stats)
	return stats.Requests
}

// Sent counts the deliveries.
func (s *Simulator) Sent() vendorsim.SenderStats {
	s.Helper()
	var stats struct {
		Webhooks vendorsim.SenderStats `json:"webhooks"`
	}
	s.control(http.MethodGet, "stats", nil, &stats)
	return stats.Webhooks
}

// Ours are the changes of a kind that the adapter made, in order; op may be empty.
func (s *Simulator) Ours(kind, op string) []vendorsim.Entry {
	s.Helper()
	var all vendorsim.Extract
	s.control(http.MethodGet, "ledger", nil, &all)
	var ours []vendorsim.Entry
	for _, e := range all.Entries {
		if e.Application != "" && e.Kind == kind && (e.Op == op || op == "") {
			ours = append(ours, e)
		}
	}
	return ours
}
