package main

import (
	"strconv"
	"testing"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestTokensThatEndOrAreRevokedAreRenewed(t *testing.T) {
	t.Parallel()
	ends, revoked := simulate(t, "ends", sim.Config{Tickets: 2, TokenLife: 3 * time.Second}), simulate(t, "revoked", sim.Config{Tickets: 2})
	r := start(t, nil, ends, revoked)
	a, b := r.of(ends), r.of(revoked)
	for n := 0; a.Requests()["POST /auth/token 200"] < 2; n++ {
		a.confirmed(a.create(&psav1.Ticket{Summary: strconv.Itoa(n)}).GetName())
	}
	b.Filled()
	b.Misbehaves(vendorsim.Plan{ExpireTokens: true})
	b.confirmed(b.summarize(b.called(10001), "with a new token").GetName())
	if n := b.Requests()["POST /auth/token 200"]; n != 2 {
		t.Errorf("signed in %d times, want 2", n)
	}
	for _, c := range []tenant{a, b} {
		if s := c.Status(); s.GetGate().GetState() != adapterv1.Gate_STATE_CLOSED || s.GetDeadLetters() > 0 {
			t.Errorf("in the end: %v", s)
		}
		c.Agrees()
	}
}

func TestRefusedCredentialsStopTheConnectionAndBuryNothing(t *testing.T) {
	t.Parallel()
	acme := alone(t, nil, simulate(t, "acme", sim.Config{Tickets: 3}))
	acme.Filled()
	acme.Misbehaves(vendorsim.Plan{RevokeKeys: true})
	names := acme.twoNewAndThreeOld()
	for _, name := range names {
		acme.summarize(name, "kept")
	}
	adaptertest.Until(t, "the gate stops", func() string { return acme.gateIs(adapterv1.Gate_STATE_STOPPED) })
	acme.note(names[0], "Kept too.")
	if s := acme.Status(); s.GetDeadLetters() > 0 || s.GetPendingWrites() != 8 {
		t.Errorf("while it is stopped: %v", s)
	}
	acme.Misbehaves(vendorsim.Plan{})
	for _, name := range names {
		acme.confirmed(name)
		acme.inOrder(name, "kept")
	}
	acme.noted(names[0])
	acme.Agrees()
	if n := len(acme.Ours("ticket", "create")); n != 2 || acme.Status().GetDeadLetters() > 0 {
		t.Errorf("%d tickets created, want 2; %v", n, acme.Status())
	}
}

func TestA429HoldsEverybodyAndCountsAsNoAttempt(t *testing.T) {
	t.Parallel()
	plans := map[string]vendorsim.Plan{
		"with-retry-after":    {ThrottleRate: 1, RetryAfterSeconds: 1},
		"without-retry-after": {ThrottleRate: 1},
	}
	var tenants []*simulator
	for name := range plans {
		tenants = append(tenants, simulate(t, name, sim.Config{Tickets: 3}).like(with{"hold": "1s"}))
	}
	r := start(t, nil, tenants...)
	for _, v := range tenants {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			c := r.of(v).in(t)
			c.Filled()
			c.Misbehaves(plans[v.ID])
			var jobs []string
			for n := range 3 {
				jobs = append(jobs, c.summarize(c.called(10001+n), "held").GetMirror().GetPendingWrites()[0].GetJob())
			}
			made := c.create(&psav1.Ticket{Summary: "held"})
			adaptertest.Until(t, "everybody is held", func() string {
				if g := c.Status().GetGate(); time.Until(g.GetHoldTime().AsTime()) <= 0 {
					return g.String()
				}
				return ""
			})
			if g := c.Status().GetGate(); g.GetState() != adapterv1.Gate_STATE_CLOSED || c.Status().GetDeadLetters() > 0 {
				t.Errorf("while held: %v", c.Status())
			}
			c.Misbehaves(vendorsim.Plan{})
			c.confirmed(made.GetName())
			for n, job := range jobs {
				c.confirmed(c.called(10001 + n))
				if j := c.Job(job); j.GetAttemptCount() != 1 {
					t.Errorf("a hold counts as an attempt: %v", j)
				}
			}
			c.once(made)
			c.Agrees()
		})
	}
}
