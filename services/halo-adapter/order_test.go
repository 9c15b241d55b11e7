package main

import (
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Pages of a list in an order of its own say nothing of where they begin: it is read all the same, nobody is taken for gone by it,
// and a person is told.
func TestAListWhoseOrderIsIgnoredIsReadAndSaid(t *testing.T) {
	t.Parallel()
	h := newTenant(sim.Config{Tickets: 110, Clients: 105, Users: 1})
	v := (&simulator{adaptertest.Simulate(t, "acme", h.vendor()), h}).switched(func(s *sim.Switches) {
		s.ListOrder, s.SinceFilter, s.ClientSince = "ignored", "ignored", "ignored"
	})
	c := alone(t, swift(), v)
	c.Filled()
	for _, kind := range []string{"ticket", "client"} {
		adaptertest.Until(t, "a person is told of "+kind, func() string {
			for _, f := range c.Status().GetFreshness() {
				if f.GetKind() == kind && strings.HasPrefix(f.GetError(), sweep.OrderIgnored) {
					return ""
				}
			}
			return c.Status().String()
		})
	}
	c.edit(10003, "summary", "edited by a person")
	v.person("client", 3, map[string]any{"name": "Renamed by a person"})
	c.Agrees()
}
