// Command stripe-adapter stands between internal services and Stripe.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/api"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/hook"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/job"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/sweep"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

func main() { os.Exit(adapter.Main(spec())) }

func spec() adapter.Spec {
	return adapter.Spec{
		Name:       "stripe",
		Migrations: pg.Sub(store.Migrations, "migrations"),
		Config:     func() adapter.Config { return &Config{} },
		Vendor:     vendor,
		Doctor:     checks,
		Secrets:    stripe.Secrets(),
		Headers:    stripe.Headers(),
	}
}

// vendor wires what is particular about Stripe.
func vendor(_ context.Context, common adapter.Config, k adapter.Kernel) (*adapter.Vendor, error) {
	c, ok := common.(*Config)
	if !ok {
		return nil, fmt.Errorf("not a configuration of this adapter: %T", common)
	}
	as, err := open(c, k)
	if err != nil {
		return nil, err
	}
	ops, err := job.Operations(as.jobs, job.Config{KeyLife: stripe.KeyLife, Settling: c.Stripe.Settling, Repair: c.Stripe.Repair})
	if err != nil {
		return nil, err
	}
	kinds := store.Config{
		ReadLag: c.Stripe.ReadLag, SecondLook: c.Stripe.SecondLook, RefreshAfter: c.Stripe.RefreshAfter, AnnounceWithin: c.Stripe.AnnounceWithin,
	}
	every := c.Stripe.Sweep
	return &adapter.Vendor{
		Kinds: []*mirror.Table{
			store.Customers(kinds).Bind(), store.Payments(kinds).Bind(), store.Refunds(kinds).Bind(), store.Products(kinds).Bind(),
			store.Prices(kinds).Bind(), store.Subscriptions(kinds).Bind(), store.Invoices(kinds).Bind(), store.Items(kinds).Bind(),
		},
		Operations: ops,
		Fetch:      job.Fetches(as.jobs),
		Sweeps: sweep.Plans(as.sweeps, sweep.Config{
			Events: every.Events, Payments: every.Payments, Lists: every.Lists, Lag: every.Lag, Overlap: every.Overlap, Unended: unended(k.DB), Scarce: k.Scarce,
			Log: k.Log,
		}),
		Patience: c.Stripe.Patience,

		Hook: hook.Hook{Endpoints: as.endpoints, Tolerance: c.Stripe.Tolerance},
		Run:  as.register,
		Ping: func(ctx context.Context, key gate.Key) error { return as.jobs[key.Connection].Stripe.Ping(ctx) },
		Serve: func(s grpc.ServiceRegistrar, c resource.Config) {
			paymentsv1.RegisterCustomerServiceServer(s, api.NewCustomers(c))
			paymentsv1.RegisterPaymentServiceServer(s, api.NewPayments(c))
			paymentsv1.RegisterRefundServiceServer(s, api.NewRefunds(c))
			paymentsv1.RegisterProductServiceServer(s, api.NewProducts(c))
			paymentsv1.RegisterSubscriptionServiceServer(s, api.NewSubscriptions(c))
			paymentsv1.RegisterInvoiceServiceServer(s, api.NewInvoices(c))
		},
	}, nil
}

// accounts are the connections, as each room needs them.
type accounts struct {
	jobs      job.Accounts
	sweeps    sweep.Accounts
	endpoints map[string]hook.Endpoint
}

func open(c *Config, k adapter.Kernel) (accounts, error) {
	as := accounts{job.Accounts{}, sweep.Accounts{}, map[string]hook.Endpoint{}}
	for i := range c.Accounts {
		a := &c.Accounts[i]
		if a.Webhook.Path != "" && len(a.WebhookSecrets) == 0 && a.Webhook.PublicURL == "" {
			return as, fmt.Errorf("connections[%d].webhook_secrets: is missing: without one no webhook can be believed", i)
		}
		client, err := stripe.New(a.client(keeping(a.Name, k.DB)), upstream.Config{Connection: a.Name, Gate: k.Gate(a.Name), Journal: k.Journal, MaxBody: maxAnswer})
		if err != nil {
			return as, fmt.Errorf("connections[%d]: %w", i, err)
		}
		words := translate.Words{Connection: a.Name}
		as.jobs[a.Name] = job.Account{Stripe: client, Words: words}
		as.sweeps[a.Name] = sweep.Account{Stripe: client, Words: words}
		registrar, err := registering(c, a, client, k)
		if err != nil {
			return as, fmt.Errorf("connections[%d].%w", i, err)
		}
		as.endpoints[a.Name] = hook.Endpoint{
			Secrets: a.WebhookSecrets, Live: a.live(), Account: a.Account, Words: words, Standing: client.Standing, Registrar: registrar,
		}
	}
	return as, nil
}

// keeping is where it is kept whose a connection is; nil without a database.
func keeping(connection string, db *pgxpool.Pool) stripe.Keep {
	if db == nil {
		return nil
	}
	return func(ctx context.Context, is *stripe.Owner) (stripe.Owner, bool, error) {
		known, ok, err := store.KeepOwner(ctx, db, connection, (*store.Owner)(is))
		return stripe.Owner(known), ok, err
	}
}

// unended finds payments that may still move, as they are known here; nil without a database.
func unended(db *pgxpool.Pool) sweep.Unended {
	if db == nil {
		return nil
	}
	return func(ctx context.Context, connection string, before time.Time) (time.Time, bool, error) {
		return store.Unended(ctx, db, connection, before)
	}
}

// maxAnswer bounds Stripe's answers: a page is a hundred objects with what they refer to.
const maxAnswer = 16 << 20
