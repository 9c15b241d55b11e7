package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/seal"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/hook"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// registering is who keeps an account's webhook endpoint at Stripe; nil: a person does, or there is no database.
func registering(c *Config, a *Account, client *stripe.Client, k adapter.Kernel) (*hook.Registrar, error) {
	switch {
	case a.Webhook.PublicURL == "":
		return nil, nil //nolint:nilnil // it is asked for or not
	case a.Webhook.Path == "":
		return nil, errors.New("webhook.path: is missing: it is the last part of the address that is registered")
	case c.SecretsKey == "":
		return nil, errors.New("webhook.public_url: expects secrets_key, which the secret of an endpoint is kept under")
	case k.DB == nil:
		return nil, nil //nolint:nilnil // nothing is registered by a doctor
	}
	box, err := seal.New(c.SecretsKey)
	if err != nil {
		return nil, err
	}
	return &hook.Registrar{
		Connection: a.Name, URL: a.hookURL(), Places: client, Registry: registry{store.Endpoints{DB: k.DB, Box: box}},
		Every: c.Stripe.Endpoint.Every, Rotate: c.Stripe.Endpoint.Rotate, Overlap: c.Stripe.Endpoint.Overlap, Log: k.Log,
		Unit: func(ctx context.Context) (context.Context, func()) { return gate.With(ctx, "", budget.Sweep, 0) },
	}, nil
}

// register keeps the endpoints of all accounts that want it, each by itself.
func (as accounts) register(ctx context.Context) error {
	var all errgroup.Group
	for _, p := range as.endpoints {
		if p.Registrar != nil {
			all.Go(func() error { return p.Registrar.Run(ctx) })
		}
	}
	return all.Wait()
}

// registry is the store in the hook's words.
type registry struct{ store.Endpoints }

// List are a connection's endpoints.
func (r registry) List(ctx context.Context, connection string) ([]hook.Registered, error) {
	all, err := r.Endpoints.List(ctx, connection)
	known := make([]hook.Registered, 0, len(all))
	for _, e := range all {
		known = append(known, hook.Registered(e))
	}
	return known, err
}

var _ hook.Registry = registry{}

const (
	lookEvery = time.Hour
	overlap   = time.Hour
	rotate    = 90 * 24 * time.Hour
)
