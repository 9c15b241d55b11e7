package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// simulator is a simulated Halo tenant, and what the configuration says of its connection.
type simulator struct {
	*sim.Halo
	testing.TB

	name string
	url  string
	own  with // keys of the connection that differ from the scaled-down ones

	seeded int // tickets with an entry of the vendor's own
}

const (
	hookUser     = "halo"
	hookPassword = "a password of "
)

// simulate runs a tenant.
func simulate(t testing.TB, name string, cfg sim.Config) *simulator {
	t.Helper()
	if cfg.Limit == 0 {
		cfg.Limit = -1
	}
	h := sim.New(cfg)
	server := httptest.NewServer(h)
	ctx, cancel := context.WithCancel(context.Background())
	sends := make(chan error, 1)
	go func() { sends <- h.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		server.CloseClientConnections()
		server.Close()
		if err := <-sends; err != nil {
			t.Error(err)
		}
	})
	return &simulator{Halo: h, TB: t, name: name, url: server.URL, seeded: cfg.Tickets}
}

// like is v with these keys of its connection set.
func (v *simulator) like(own with) *simulator {
	v.own = own
	return v
}

// switched is v with its switches moved.
func (v *simulator) switched(move func(*sim.Switches)) *simulator {
	v.Helper()
	s := v.Switches()
	move(&s)
	if err := v.SetSwitches(s); err != nil {
		v.Fatal(err)
	}
	return v
}

// unhooked is v without a webhook, once its adapter has told it where to call.
func (v *simulator) unhooked() { v.SetWebhook("", "", "") }

func (v *simulator) path() string { return "an-unguessable-path-" + v.name }

func (v *simulator) connection() map[string]any {
	c := map[string]any{}
	for _, some := range []with{{
		"name": v.name, "base_url": v.url, "client_id": "halo-sim-client", "client_secret": "halo-sim-secret", "hold": "300ms",
		"limit.calls": 100_000, "limit.window": "1s", "limit.burst": 50_000,
		"breaker.cooldown": "200ms", "breaker.max_cooldown": "400ms",
		"webhook.path": v.path(), "webhook.user": hookUser, "webhook.password": hookPassword + v.name,
	}, v.own} {
		for key, value := range some {
			put(c, key, value)
		}
	}
	return c
}

// control asks the simulator's own surface; answer may be nil.
func (v *simulator) control(method, path string, body, answer any) {
	v.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		v.Fatal(err)
	}
	w := httptest.NewRecorder()
	v.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), method, "/control/"+path, bytes.NewReader(b)))
	if w.Code >= 300 {
		v.Fatalf("%s /control/%s: %d %s", method, path, w.Code, w.Body)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(w.Body.Bytes(), answer); err != nil {
		v.Fatal(err)
	}
}

// misbehaves makes the tenant follow a plan; the zero plan is calm.
func (v *simulator) misbehaves(p vendorsim.Plan) {
	v.Helper()
	v.control(http.MethodPut, "plan", p, nil)
}

func (v *simulator) plan() (p vendorsim.Plan) {
	v.control(http.MethodGet, "plan", nil, &p)
	return p
}

// requests is how many requests of a kind were answered so: "POST /api/tickets 201".
func (v *simulator) requests(kind string) uint64 {
	var stats struct {
		Requests map[string]uint64 `json:"requests"`
	}
	v.control(http.MethodGet, "stats", nil, &stats)
	return stats.Requests[kind]
}

// ours are the changes that we made, in order.
func (v *simulator) ours(kind, op string) []vendorsim.Entry {
	var all vendorsim.Extract
	v.control(http.MethodGet, "ledger", nil, &all)
	var ours []vendorsim.Entry
	for _, e := range all.Entries {
		if e.Application != "" && e.Kind == kind && e.Op == op {
			ours = append(ours, e)
		}
	}
	return ours
}

// edit is a person's change at the vendor; id 0 logs a ticket.
func (v *simulator) edit(id int, field string, value any) int {
	v.Helper()
	t, err := v.Edit(id, map[string]any{field: value})
	if err != nil {
		v.Fatal(err)
	}
	return t.ID
}

// remark is a person's note at the vendor.
func (v *simulator) remark(id int, text string) {
	v.Helper()
	if _, err := v.Note(id, map[string]any{"note": text, "outcome_id": 7}); err != nil {
		v.Fatal(err)
	}
}

// remove is a person's deletion at the vendor.
func (v *simulator) remove(id int) {
	v.Helper()
	if err := v.Delete(id, "by hand"); err != nil {
		v.Fatal(err)
	}
}

// clock is a time that stands still until it is let go.
type clock struct {
	mu sync.Mutex
	at time.Time // zero: it runs
}

// Now is the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return time.Now()
	}
	return c.at
}

func (c *clock) stand(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}
