package main

import (
	"fmt"
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	kernel "github.com/breakwater-acl/breakwater/pkg/doctor"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/doctor"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/sweep"
)

// checks are those of one tenant. They alone see its calls.
func checks(common adapter.Config, connection string, k adapter.Kernel) ([]kernel.Check, error) {
	c, ok := common.(*Config)
	if !ok {
		return nil, fmt.Errorf("not a configuration of this adapter: %T", common)
	}
	at := slices.IndexFunc(c.Tenants, func(t Tenant) bool { return t.Name == connection })
	if at < 0 {
		return nil, fmt.Errorf("no tenant %q", connection)
	}
	seen := &doctor.Witness{}
	k.Journal = seen
	tenants, err := open(c, k)
	if err != nil {
		return nil, err
	}
	return doctor.Checks(doctor.Tenant{
		Connection: connection, Halo: tenants.sweeps[connection].Halo, Seen: seen,
		Plans: sweep.Plans(tenants.sweeps, c.Halo.sweeps()),
		Path:  c.Tenants[at].Webhook.Path, User: c.Tenants[at].Webhook.User, Scope: c.Tenants[at].Scope,
		Reports: c.Tenants[at].Reports,
	}), nil
}
