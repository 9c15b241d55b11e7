package main

import (
	"bytes"
	"net/http"
	"strconv"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestOneTenantsTroubleDelaysNoOther(t *testing.T) {
	t.Parallel()
	ill, well := simulate(t, "ill", sim.Config{Tickets: 30}), simulate(t, "well", sim.Config{Tickets: 10})
	r := start(t, with{"jobs.attempt": "3s", "jobs.lease": "4s"}, ill.like(with{"breaker.min_calls": 1000}), well)
	a, b := r.of(ill), r.of(well)
	for _, c := range []tenant{a, b} {
		until(t, "the backfill is over", func() string { return unswept(c.status()) })
	}
	a.misbehaves(vendorsim.Plan{HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 60_000}, LatencyMS: 1000})
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
	b.agrees()
	if p := a.status().GetPendingWrites(); p < 20 {
		t.Errorf("the ill tenant has %d writes left: it was not ill", p)
	}
	a.misbehaves(vendorsim.Plan{})
	a.agrees()
}

func TestAWebhookWithoutValidProofChangesNothing(t *testing.T) {
	t.Parallel()
	acme, other := simulate(t, "acme", sim.Config{Tickets: 3, Seed: 1}), simulate(t, "other", sim.Config{Tickets: 3, Seed: 2})
	r := start(t, with{"halo.sweep.tickets": "1h", "halo.sweep.notes": "1h"}, acme, other)
	a, b := r.of(acme), r.of(other)
	for _, c := range []tenant{a, b} {
		until(t, "the backfill is over", func() string { return unswept(c.status()) })
		c.unhooked()
		c.edit(10001, "summary", "nobody hears of it")
	}
	looks := func() uint64 {
		return a.requests("GET /api/tickets/{id} 200") + b.requests("GET /api/tickets/{id} 200")
	}
	before := looks()
	for name, call := range map[string]struct {
		connection, path, user, password string
		want                             int
	}{
		"another's path":      {"acme", other.path(), hookUser, hookPassword + "acme", http.StatusNotFound},
		"another's password":  {"acme", acme.path(), hookUser, hookPassword + "other", http.StatusUnauthorized},
		"another's user":      {"acme", acme.path(), "hola", hookPassword + "acme", http.StatusUnauthorized},
		"no login":            {"acme", acme.path(), "", "", http.StatusUnauthorized},
		"nobody's connection": {"nobody", acme.path(), hookUser, hookPassword + "acme", http.StatusNotFound},
		"no path":             {"acme", "", hookUser, hookPassword + "acme", http.StatusNotFound},
	} {
		if got := r.deliver(call.connection, call.path, call.user, call.password, `{"object_id":10001}`); got != call.want {
			t.Errorf("%s: %d, want %d", name, got, call.want)
		}
	}
	if n := looks() - before; n > 0 {
		t.Errorf("%d looks were made for them", n)
	}
	if got := r.deliver("acme", acme.path(), hookUser, hookPassword+"acme", `{"object_id":10001}`); got != http.StatusOK {
		t.Errorf("with proof: %d", got)
	}
	a.agrees()
	if s := b.ticket(b.called(10001)).GetSummary(); s == "nobody hears of it" {
		t.Error("the other connection heard of it")
	}
	if got := r.deliver("acme", acme.path(), hookUser, hookPassword+"acme", `no event`); got != http.StatusAccepted || a.status().GetDeadLetters() != 1 {
		t.Errorf("what cannot be read: %d, %v", got, a.status())
	}
	if got := r.deliver("acme", acme.path(), hookUser, hookPassword+"acme", strconv.Quote(string(make([]byte, 2<<20)))); got != http.StatusRequestEntityTooLarge {
		t.Errorf("what is too large: %d", got)
	}
}

// deliver makes a webhook call.
func (r *replica) deliver(connection, path, user, password, body string) int {
	r.Helper()
	req, err := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+r.http+"/webhooks/"+connection+"/"+path, bytes.NewReader([]byte(body)))
	r.must(err)
	if user != "" {
		req.SetBasicAuth(user, password)
	}
	resp, err := http.DefaultClient.Do(req)
	r.must(err)
	r.must(resp.Body.Close())
	return resp.StatusCode
}

func TestASchemaThatChangedOvernightIsQuarantinedAndNeverStoredAsNull(t *testing.T) {
	t.Parallel()
	tenants := []*simulator{simulate(t, "dropped", sim.Config{Tickets: 3}), simulate(t, "retyped", sim.Config{Tickets: 3})}
	r := start(t, nil, tenants...)
	for _, v := range tenants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c := r.of(v).in(t)
			until(t, "the backfill is over", func() string { return unswept(c.status()) })
			drift := vendorsim.Drift{Drop: []string{"status_id"}}
			if v.name == "retyped" {
				drift = vendorsim.Drift{Retype: []string{"status_id"}}
			}
			before := c.ticket(c.called(10001))
			c.misbehaves(vendorsim.Plan{Drift: drift})
			c.edit(10001, "summary", "nobody can read it")
			until(t, "a person can see it", func() string {
				if s := c.status(); s.GetDeadLetters() == 0 {
					return s.String()
				}
				return ""
			})
			written := c.summarize(c.called(10002), "written all the same")
			until(t, "it has arrived", func() string { return missing(1, len(c.ours("ticket", "update"))) })
			for _, was := range []*psav1.Ticket{before, written} {
				if now := c.ticket(was.GetName()); now.GetStatus() != was.GetStatus() || now.GetSummary() != was.GetSummary() {
					t.Errorf("shown as %v, was %v", now, was)
				}
			}
			c.misbehaves(vendorsim.Plan{})
			c.confirmed(written.GetName())
			c.agrees()
			if n := len(c.ours("ticket", "update")); n != 1 {
				t.Errorf("written %d times", n)
			}
		})
	}
}
