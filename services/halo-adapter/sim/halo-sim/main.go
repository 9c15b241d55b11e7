// Command halo-sim answers as a HaloPSA tenant on this machine. When it listens it says so in one line of JSON on stderr.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// flags are the command line.
type flags struct {
	Listen          string        `default:"127.0.0.1:0" help:"Address to listen on; without a host, loopback."`
	SeedTickets     int           `default:"0" help:"Made-up tickets to begin with."`
	SeedQuotes      int           `default:"0" help:"Made-up quotations to begin with."`
	SeedInvoices    int           `default:"0" help:"Made-up invoices to begin with."`
	ClientID        string        `default:"halo-sim-client" help:"Id of the API application."`
	ClientSecret    string        `default:"halo-sim-secret" help:"Secret of the API application."`
	Application     string        `default:"Integration" help:"Name of the API application, as actions show it."`
	Tenant          string        `help:"Name of the hosted tenant; empty: none is asked for."`
	TokenLife       time.Duration `default:"1h" help:"How long a token is good for."`
	Limit           int           `default:"300" help:"Requests in each window; negative: no limit."`
	Window          time.Duration `default:"5m" help:"The rolling window of the limit."`
	WebhookURL      string        `name:"webhook-url" help:"Where webhooks go; empty: nowhere."`
	WebhookUser     string        `help:"Basic auth of the webhooks."`
	WebhookPassword string        `help:"Basic auth of the webhooks."`
	Seed            uint64        `default:"1" help:"Seed of faults and made-up content."`
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "halo-sim:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var f flags
	parser, err := kong.New(&f, kong.Name("halo-sim"), kong.Description("A simulated HaloPSA tenant."))
	if err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	if _, err := parser.Parse(args); err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	halo := sim.New(sim.Config{
		ClientID: f.ClientID, ClientSecret: f.ClientSecret, Application: f.Application, Tenant: f.Tenant, TokenLife: f.TokenLife,
		Limit: f.Limit, Window: f.Window, Tickets: f.SeedTickets, Quotes: f.SeedQuotes, Invoices: f.SeedInvoices, Seed: f.Seed,
		WebhookURL: f.WebhookURL, WebhookUser: f.WebhookUser, WebhookPass: f.WebhookPassword,
	})
	return vendorsim.Server{Addr: f.Listen, Handler: halo, Parts: []func(context.Context) error{halo.Run}}.Run(ctx)
}
