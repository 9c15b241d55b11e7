package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

const (
	connections = 8       // to Postgres, of a yardstick and of our own pool: as many as the adapter's pools of reads and of writes
	mostClients = 64      // at once
	noLimit     = 1000000 // calls in each second: the vendor's limit is out of the way, the work of keeping to one is not
	fillLimit   = time.Hour
)

// needs are what a part asks of its stack.
type needs struct {
	tickets   int
	customers int      // more than none: of Stripe's, and no tickets
	settings  settings // of the adapter
	beside    *rig     // whose Postgres is used
	empty     bool     // do not wait until the mirror is full
}

func (n needs) adapter() string {
	if n.customers > 0 {
		return "stripe"
	}
	return "halo"
}

// kind is that of the entities that are measured.
func (n needs) kind() string {
	if n.customers > 0 {
		return "customer"
	}
	return "ticket"
}

type settings = map[string]any

// rig is what is measured: a stack with one replica, and the yardsticks beside it.
type rig struct {
	*bench
	needs   needs
	stack   *stack.Stack
	at      stack.AdapterAddresses
	db      *pgxpool.Pool // of the adapter's database
	adapter *callers
	vendor  vendor
	tenant  yardstick.Tenant
	parent  string   // "connections/acme"
	names   []string // of all tickets, or customers
	writes  atomic.Uint64

	announced int            // tickets, by their place among the names
	closers   []func() error // of what was started, in that order
}

// on starts a stack, does what a part does with it, and ends it; all of it sooner should one of its processes end by itself.
func (b *bench) on(ctx context.Context, n needs, do func(context.Context, *rig) error) (err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &rig{bench: b, needs: n}
	defer func() { err = errors.Join(err, r.tearDown(ctx)) }()
	if err := r.start(ctx); err != nil {
		return err
	}
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case err := <-r.stack.Failed():
			cancel(err)
		case <-ctx.Done():
		}
	}()
	defer func() { cancel(nil); <-watched }()
	if err := do(ctx, r); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	return nil
}

func (r *rig) start(ctx context.Context) (err error) {
	began := time.Now()
	if r.stack, err = stack.Start(ctx, r.config()); err != nil {
		return err
	}
	r.at = r.stack.Addresses().Adapters[0]
	r.parent, r.vendor = "connections/"+r.at.Connection, newVendor(r.at.Simulator)
	if r.tenant, err = r.told(); err != nil {
		return err
	}
	if r.db, err = yardstick.Open(ctx, r.at.Database, connections); err != nil {
		return err
	}
	if r.found.Machine.Cores == 0 {
		if r.found.Machine, err = machine.Look(ctx, r.db); err != nil {
			return fmt.Errorf("look at Postgres: %w", err)
		}
	}
	if r.adapter, err = r.dial("adapter", r.at.GRPC[0]); err != nil || r.needs.empty {
		return err
	}
	if err := r.fill(ctx); err != nil {
		return fmt.Errorf("fill the mirror: %w", err)
	}
	if err := r.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the yardstick: %w", err)
	}
	r.say("  a stack with %d %ss is ready after %v", len(r.names), r.needs.kind(), time.Since(began).Round(100*time.Millisecond))
	return nil
}

// config is Postgres as it comes, and sweeps that are done once: what they cost is another part's.
func (r *rig) config() stack.Config {
	c := stack.Config{
		Bin: r.Bin, DatabaseURL: r.DatabaseURL, NATSURL: r.NATSURL, Only: []string{r.needs.adapter()}, Tickets: r.needs.tickets,
		Customers: r.needs.customers, Limit: noLimit, Window: time.Second, Fresh: true, Scaled: r.needs.customers > 0,
		Postgres: map[string]string{}, Settings: settings{},
	}
	if r.needs.customers == 0 {
		c.Settings["halo"] = settings{"sweep": settings{"tickets": "24h", "notes": "24h"}}
	}
	if r.needs.beside != nil {
		c.DatabaseURL = r.needs.beside.stack.Addresses().Postgres
	}
	for key, value := range r.needs.settings {
		c.Settings[key] = value
	}
	return c
}

// file is what the adapter was started with.
func (r *rig) file() string {
	return filepath.Join(r.stack.Addresses().Data, "config", r.needs.adapter()+"-adapter-1.yaml")
}

// told is the vendor as the adapter was told of it.
func (r *rig) told() (yardstick.Tenant, error) {
	var f struct {
		Connections []struct {
			BaseURL      string         `yaml:"base_url"`
			Tenant       string         `yaml:"tenant"`
			ClientID     string         `yaml:"client_id"`
			ClientSecret string         `yaml:"client_secret"`
			Webhook      yardstick.Hook `yaml:"webhook"`
			Secrets      []string       `yaml:"webhook_secrets"`
		} `yaml:"connections"`
	}
	text, err := os.ReadFile(r.file())
	if err != nil {
		return yardstick.Tenant{}, err
	}
	if err := yaml.Unmarshal(text, &f); err != nil || len(f.Connections) == 0 {
		return yardstick.Tenant{}, fmt.Errorf("the adapter's file has no connection: %w", err)
	}
	c := f.Connections[0]
	if len(c.Secrets) > 0 {
		c.Webhook.Secret = c.Secrets[0]
	}
	return yardstick.Tenant{BaseURL: c.BaseURL, Name: c.Tenant, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Hook: c.Webhook}, nil
}

// fill waits for the first sweep of every kind.
func (r *rig) fill(ctx context.Context) error {
	return until(ctx, fillLimit, func(ctx context.Context) (bool, string, error) {
		c, err := r.adapter.status.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: r.parent})
		if err != nil {
			return false, "", err
		}
		full := len(c.GetFreshness()) > 0
		for _, f := range c.GetFreshness() {
			if f.GetSweptTime() == nil {
				full = false
			}
		}
		return full, fmt.Sprint(c.GetFreshness()), nil
	})
}

// prepare makes the yardstick's tables and learns the names of the entities.
func (r *rig) prepare(ctx context.Context) error {
	if err := yardstick.Prepare(ctx, r.db, r.needs.kind()); err != nil {
		return err
	}
	if err := r.tidy(ctx); err != nil {
		return err
	}
	kind := r.needs.kind()
	rows, err := r.db.Query(ctx, fmt.Sprintf("select $1 || '/%[1]ss/' || vendor_id from %[1]s order by vendor_id", kind), r.parent)
	if err != nil {
		return err
	}
	if r.names, err = pgx.CollectRows(rows, pgx.RowTo[string]); err == nil && len(r.names) != r.needs.tickets+r.needs.customers {
		err = fmt.Errorf("it holds %d %ss, and the vendor has %d", len(r.names), kind, r.needs.tickets+r.needs.customers)
	}
	return err
}

// tidy does what Postgres does by itself within a minute or two, so that it does not fall on one side's turn.
func (r *rig) tidy(ctx context.Context) error {
	if _, err := r.db.Exec(ctx, "vacuum (analyze)"); err != nil {
		return fmt.Errorf("tidy up: %w", err)
	}
	return nil
}

// beside starts a yardstick.
func (r *rig) beside(ctx context.Context, name string, c yardstick.Config) (*callers, *yardstick.Process, error) {
	p, err := yardstick.Start(ctx, r.at.Database, r.tenant, append([]string{"yardstick"}, c.Arguments()...)...)
	if err != nil {
		return nil, nil, err
	}
	r.closers = append(r.closers, p.Stop)
	at, err := r.dial(name, p.GRPC)
	return at, p, err
}

func (r *rig) dial(name, addr string) (*callers, error) {
	c, err := dial(name, addr)
	if err == nil {
		r.closers = append(r.closers, c.close)
	}
	return c, err
}

// tearDown ends everything that was started, however far that came.
func (r *rig) tearDown(ctx context.Context) error {
	var errs []error
	for i := len(r.closers) - 1; i >= 0; i-- {
		errs = append(errs, r.closers[i]())
	}
	if r.db != nil {
		r.db.Close()
	}
	if r.stack != nil {
		errs = append(errs, r.stack.Stop(ctx))
	}
	return errors.Join(errs...)
}
