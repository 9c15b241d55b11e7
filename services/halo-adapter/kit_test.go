package main

import (
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// with sets keys of the configuration that differ from the scaled-down ones: "halo.read_lag".
type with = adaptertest.Settings

// kit is what the replicas of the adapter share.
type kit struct{ *adaptertest.Kit }

// prepare is a kit whose adapter does not run yet.
func prepare(t testing.TB, settings with, vendors ...*simulator) kit {
	t.Helper()
	all := with{
		"halo.sweep.tickets": "500ms", "halo.sweep.notes": "600ms", "halo.sweep.attachments": "700ms", "halo.sweep.deliveries": "600ms", "halo.read_lag": "0s", "halo.second_look": "200ms",
		"halo.settling": "100ms", "halo.announce_within": "5s", "halo.patience": "300ms",
	}
	maps.Copy(all, settings)
	var sims []*adaptertest.Simulator
	for _, v := range vendors {
		sims = append(sims, v.Simulator)
	}
	return kit{adaptertest.Prepare(t, spec(), all, sims...)}
}

// start runs one replica before these tenants.
func start(t testing.TB, settings with, vendors ...*simulator) *replica {
	t.Helper()
	return prepare(t, settings, vendors...).start("a", "")
}

// replica is one running adapter, and a client of it.
type replica struct {
	*adaptertest.Replica

	tickets psav1.TicketServiceClient
}

func (k kit) start(name, http string) *replica {
	k.Helper()
	r := k.Start(name, http)
	return &replica{Replica: r, tickets: psav1.NewTicketServiceClient(r.Conn)}
}

// simulator is a running simulated tenant.
type simulator struct {
	*adaptertest.Simulator

	halo *account
}

// simulate runs a tenant with few of the kinds that its tests are not about: each is read by itself before anything else happens.
func simulate(t testing.TB, name string, cfg sim.Config) *simulator {
	t.Helper()
	if cfg.Clients == 0 {
		cfg.Clients, cfg.Users = 1, 1
	}
	h := newTenant(cfg)
	return &simulator{adaptertest.Simulate(t, name, h.vendor()), h}
}

// like is v with these keys of its connection set.
func (v *simulator) like(own with) *simulator {
	v.With(own)
	return v
}

// switched is v with its switches moved.
func (v *simulator) switched(move func(*sim.Switches)) *simulator {
	v.Helper()
	s := v.halo.Switches()
	move(&s)
	if err := v.halo.SetSwitches(s); err != nil {
		v.Fatal(err)
	}
	return v
}

// edit is a person's change at the vendor; id 0 logs a ticket.
func (v *simulator) edit(id int, field string, value any) int {
	v.Helper()
	t, err := v.halo.Edit(id, map[string]any{field: value})
	return adaptertest.Asked(v, t.ID, err)
}

// remark is a person's note at the vendor.
func (v *simulator) remark(id int, text string) {
	v.Helper()
	_, err := v.halo.notes().Make("tickets/"+strconv.Itoa(id), text)
	adaptertest.Asked(v, id, err)
}

// remove is a person's deletion at the vendor.
func (v *simulator) remove(id int) {
	v.Helper()
	adaptertest.Asked(v, id, v.halo.Delete(id, "by hand"))
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
