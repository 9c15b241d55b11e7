package main

import (
	"bytes"
	"net/http"
	"strconv"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestOneTenantsTroubleDelaysNoOther(t *testing.T) {
	t.Parallel()
	ill, well := simulate(t, "ill", sim.Config{Tickets: 30}), simulate(t, "well", sim.Config{Tickets: 10})
	r := start(t, with{"jobs.attempt": "3s", "jobs.lease": "4s"}, ill.like(with{"breaker.min_calls": 1000}), well)
	a, b := r.of(ill), r.of(well)
	for _, c := range []tenant{a, b} {
		c.Filled()
	}
	a.Misbehaves(vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 60_000}, LatencyMS: 1000})
	for n := range 30 {
		a.summarize(a.called(10001+n), "slow")
	}
	for n := range 10 {
		b.summarize(b.called(10001+n), "quick")
	}
	made := b.create(&psav1.Ticket{Summary: "quick"})
	b.confirmed(made.GetName())
	for n := range 10 {
		b.confirmed(b.called(10001 + n))
	}
	b.edit(10001, "summary", "a person's")
	b.Agrees()
	if p := a.Status().GetPendingWrites(); p < 20 {
		t.Errorf("the ill tenant has %d writes left: it was not ill", p)
	}
	a.Misbehaves(vendorsim.Plan{})
	a.Agrees()
}

func TestAWebhookWithoutValidProofChangesNothing(t *testing.T) {
	t.Parallel()
	acme, other := simulate(t, "acme", sim.Config{Tickets: 3, Seed: 1}), simulate(t, "other", sim.Config{Tickets: 3, Seed: 2})
	r := start(t, with{"halo.sweep.tickets": "1h", "halo.sweep.notes": "1h"}, acme, other)
	a, b := r.of(acme), r.of(other)
	for _, c := range []tenant{a, b} {
		c.Filled()
		c.Silence()
		c.edit(10001, "summary", "nobody hears of it")
	}
	looks := func() uint64 {
		return a.Requests()["GET /api/tickets/{id} 200"] + b.Requests()["GET /api/tickets/{id} 200"]
	}
	before := looks()
	for name, call := range map[string]struct {
		connection, path, user, password string
		want                             int
	}{
		"another's path":      {"acme", other.Path(), hookUser, acme.halo.password, http.StatusNotFound},
		"another's password":  {"acme", acme.Path(), hookUser, other.halo.password, http.StatusUnauthorized},
		"another's user":      {"acme", acme.Path(), "hola", acme.halo.password, http.StatusUnauthorized},
		"no login":            {"acme", acme.Path(), "", "", http.StatusUnauthorized},
		"nobody's connection": {"nobody", acme.Path(), hookUser, acme.halo.password, http.StatusNotFound},
		"no path":             {"acme", "", hookUser, acme.halo.password, http.StatusNotFound},
	} {
		if got := r.deliver(call.connection, call.path, call.user, call.password, `{"object_id":10001}`); got != call.want {
			t.Errorf("%s: %d, want %d", name, got, call.want)
		}
	}
	if n := looks() - before; n > 0 {
		t.Errorf("%d looks were made for them", n)
	}
	if got := r.deliver("acme", acme.Path(), hookUser, acme.halo.password, `{"object_id":10001}`); got != http.StatusOK {
		t.Errorf("with proof: %d", got)
	}
	a.Agrees()
	if s := b.ticket(b.called(10001)).GetSummary(); s == "nobody hears of it" {
		t.Error("the other connection heard of it")
	}
	if got := r.deliver("acme", acme.Path(), hookUser, acme.halo.password, `no event`); got != http.StatusAccepted || a.Status().GetDeadLetters() != 1 {
		t.Errorf("what cannot be read: %d, %v", got, a.Status())
	}
	if got := r.deliver("acme", acme.Path(), hookUser, acme.halo.password, strconv.Quote(string(make([]byte, 2<<20)))); got != http.StatusRequestEntityTooLarge {
		t.Errorf("what is too large: %d", got)
	}
}

// deliver makes a webhook call.
func (r *replica) deliver(connection, path, user, password, body string) int {
	r.Helper()
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+r.HTTP+"/webhooks/"+connection+"/"+path, bytes.NewReader([]byte(body)))
	adaptertest.Asked(r, req, err)
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := http.DefaultClient.Do(req)
	adaptertest.Asked(r, resp, err)
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestASchemaThatChangedOvernightIsQuarantinedAndNeverStoredAsNull(t *testing.T) {
	t.Parallel()
	tenants := []*simulator{simulate(t, "dropped", sim.Config{Tickets: 3}), simulate(t, "retyped", sim.Config{Tickets: 3})}
	r := start(t, nil, tenants...)
	for _, v := range tenants {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			c := r.of(v).in(t)
			c.Filled()
			drift := vendorsim.Drift{Drop: []string{"status_id"}}
			if v.ID == "retyped" {
				drift = vendorsim.Drift{Retype: []string{"status_id"}}
			}
			before := c.ticket(c.called(10001))
			c.Misbehaves(vendorsim.Plan{Drift: drift})
			c.edit(10001, "summary", "nobody can read it")
			adaptertest.Until(t, "a person can see it", func() string {
				if s := c.Status(); s.GetDeadLetters() == 0 {
					return s.String()
				}
				return ""
			})
			written := c.summarize(c.called(10002), "written all the same")
			adaptertest.Until(t, "it has arrived", func() string { return adaptertest.Missing(1, len(c.Ours("ticket", "update"))) })
			for _, was := range []*psav1.Ticket{before, written} {
				if now := c.ticket(was.GetName()); now.GetStatus() != was.GetStatus() || now.GetSummary() != was.GetSummary() {
					t.Errorf("shown as %v, was %v", now, was)
				}
			}
			c.Misbehaves(vendorsim.Plan{})
			c.confirmed(written.GetName())
			c.Agrees()
			if n := len(c.Ours("ticket", "update")); n != 1 {
				t.Errorf("written %d times", n)
			}
		})
	}
}
