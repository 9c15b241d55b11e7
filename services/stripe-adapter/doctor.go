package main

import (
	"fmt"
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	kernel "github.com/breakwater-acl/breakwater/pkg/doctor"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/doctor"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/sweep"
)

// checks are those of one account. They alone see its calls.
func checks(common adapter.Config, connection string, k adapter.Kernel) ([]kernel.Check, error) {
	c, ok := common.(*Config)
	if !ok {
		return nil, fmt.Errorf("not a configuration of this adapter: %T", common)
	}
	at := slices.IndexFunc(c.Accounts, func(a Account) bool { return a.Name == connection })
	if at < 0 {
		return nil, fmt.Errorf("no account %q", connection)
	}
	clock := &kernel.Clock{}
	k.Journal = clock
	as, err := open(c, k)
	if err != nil {
		return nil, err
	}
	every, a := c.Stripe.Sweep, &c.Accounts[at]
	x := doctor.Account{
		Connection: connection, Stripe: as.sweeps[connection].Stripe, Clock: clock,
		Plans: sweep.Plans(as.sweeps, sweep.Config{Events: every.Events, Payments: every.Payments, Lists: every.Lists, Lag: every.Lag, Overlap: every.Overlap, Log: k.Log}),
		Path:  a.Webhook.Path, PublicURL: a.Webhook.PublicURL, Tolerance: c.Stripe.Tolerance, Reads: a.ReadsPerMonth * 9 / 10,
	}
	if x.PublicURL != "" {
		x.EachLook = c.Stripe.Endpoint.Every
	}
	return doctor.Checks(x), nil
}
