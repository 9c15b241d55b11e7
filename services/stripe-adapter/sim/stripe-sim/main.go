// Command stripe-sim answers as a Stripe account on this machine. When it listens it says so in one line of JSON on stderr.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// flags are the command line.
type flags struct {
	Listen         string          `default:"127.0.0.1:0" help:"Address to listen on; without a host, loopback."`
	Key            string          `help:"Secret key; empty: sk_test_sim, or sk_live_sim."`
	Account        string          `default:"acct_sim" help:"Id of the account."`
	Connected      []string        `help:"Ids of connected accounts."`
	Live           bool            `help:"Live mode: other limits, another schedule of retries."`
	DefaultVersion string          `default:"2025-01-27.acacia" help:"Version of the account, in which events are rendered."`
	Limit          int             `default:"0" help:"Requests a second; 0: the vendor's; negative: no limit."`
	EndpointLimit  int             `default:"0" help:"Requests a second to one operation; 0: the vendor's; negative: no limit."`
	RetryAfter     []time.Duration `help:"How long after each failed attempt a webhook is tried again; none: the vendor's schedule."`
	WebhookURL     string          `help:"Endpoint for all events; empty: none."`
	WebhookSecret  string          `help:"What its deliveries are signed with: whsec_…; empty: any."`
	WebhookVersion string          `help:"Version in which its events are rendered; empty: the account's."`
	SeedCustomers  int             `default:"0" help:"Made-up customers to begin with."`
	SeedPayments   int             `default:"0" help:"Made-up payments of theirs."`
	Seed           uint64          `default:"1" help:"Seed of faults and made-up content."`
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "stripe-sim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var f flags
	parser, err := kong.New(&f, kong.Name("stripe-sim"), kong.Description("A simulated Stripe account."))
	if err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if _, err := parser.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	stripe := sim.New(sim.Config{
		Key: f.Key, Account: f.Account, Connected: f.Connected, Live: f.Live, DefaultVersion: f.DefaultVersion, Limit: f.Limit,
		Webhook:       sim.Webhook{URL: f.WebhookURL, Secret: f.WebhookSecret, Version: f.WebhookVersion},
		EndpointLimit: f.EndpointLimit, RetryAfter: f.RetryAfter, Customers: f.SeedCustomers, Payments: f.SeedPayments, Seed: f.Seed,
	})
	return vendorsim.Server{Addr: f.Listen, Handler: stripe, Parts: []func(context.Context) error{stripe.Run}}.Run(ctx)
}
