package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// The adapter makes its own endpoint and believes what comes through it; the secret that Stripe tells once is in no table.
func TestTheAdapterKeepsItsOwnEndpoint(t *testing.T) {
	t.Parallel()
	shop := newShop(sim.Config{Customers: 3})
	shop.must("DELETE", "/v1/webhook_endpoints/"+shop.endpoint, nil, nil)
	v := shop.vendor()
	v.Hook = nil // nobody else makes one
	connect := v.Connection
	address := "http://" + adaptertest.Address(t)
	v.Connection = func(url string) adaptertest.Settings {
		own := connect(url)
		own["webhook_secrets"], own["webhook.public_url"] = []string{}, address
		return own
	}
	s := adaptertest.Simulate(t, "acme", v)
	kit := adaptertest.Prepare(t, spec(), with{
		"secrets_key": strings.Repeat("0123456789", 4), "stripe.endpoint.every": "200ms",
		"stripe.sweep.events": "1h", "stripe.sweep.payments": "1h", "stripe.sweep.lists": "1h", "stripe.sweep.lag": "1ms",
	}, s)
	r := kit.Start("a", strings.TrimPrefix(address, "http://"))
	a := r.Of(s, kinds())
	a.Filled()
	secret := ""
	made := func() string {
		all := every[struct{ ID, Status string }](shop, "/v1/webhook_endpoints", nil)
		if len(all) != 1 || all[0].Status != "enabled" {
			return "no endpoint is there"
		}
		secret = all[0].ID
		return ""
	}
	adaptertest.Until(t, "it is made", made)
	var who struct{ ID string }
	shop.must("POST", "/v1/customers", form("name", "Ben"), &who)
	// What comes before the endpoint's secret is kept is refused, and sent again after longer than a test waits: so it is edited again.
	heard := func(what string) {
		looks := 0
		adaptertest.Until(t, what, func() string {
			if looks++; looks%50 == 1 {
				shop.must("POST", "/v1/customers/"+who.ID, form("name", fmt.Sprintf("Ben Moore %d", looks)), nil)
			}
			return a.Difference()
		})
	}
	heard("it hears by its endpoint")
	first := secret
	shop.must("DELETE", "/v1/webhook_endpoints/"+first, nil, nil)
	adaptertest.Until(t, "it is made again", func() string {
		if why := made(); why != "" || secret == first {
			return "not yet " + why
		}
		return ""
	})
	heard("it hears by the new one")
	r.Stop()
	db, err := pgx.Connect(context.Background(), r.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(context.Background()) }()
	var n int
	err = db.QueryRow(context.Background(), `select (select count(*) from endpoint where position('whsec' in encode(secret, 'escape')) > 0)
		+ (select count(*) from call where request_body || response_body || url like '%whsec%' or request_body || response_body like '%an-unguessable%')`).Scan(&n)
	if err != nil || n > 0 {
		t.Errorf("%d rows hold the secret, or the address: %v", n, err)
	}
}
