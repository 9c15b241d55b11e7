package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

const (
	tickets     = 5000
	connections = 8       // to Postgres, of the yardstick and of our own pool: as many as the adapter's pools of reads and of writes
	mostClients = 64      // at once
	noLimit     = 1000000 // calls in each second: the vendor's limit is out of the way, the work of keeping to one is not
	fillLimit   = 2 * time.Minute
)

// rig is what is measured: a stack with one replica and a full mirror, and the yardstick beside it.
type rig struct {
	runCommand
	out       io.Writer
	stack     *stack.Stack
	db        *pgxpool.Pool // of the adapter's database
	bare      *yardstick.Process
	adapter   *callers
	yardstick *callers
	vendor    vendor
	parent    string   // "connections/acme"
	names     []string // of all tickets
	writes    atomic.Uint64
}

// setUp starts everything and waits until the mirror is full.
func setUp(ctx context.Context, c runCommand, out io.Writer) (*rig, error) {
	r := &rig{runCommand: c, out: out}
	if err := r.start(ctx); err != nil {
		return nil, errors.Join(err, r.tearDown(ctx))
	}
	return r, nil
}

func (r *rig) start(ctx context.Context) (err error) {
	r.stack, err = stack.Start(ctx, stack.Config{
		Bin: r.Bin, DatabaseURL: r.DatabaseURL, NATSURL: r.NATSURL, Tickets: tickets, Limit: noLimit, Window: time.Second, Fresh: true,
		Postgres: map[string]string{}, // as it comes
		Progress: func(line string) { r.say("  %s", line) },
	})
	if err != nil {
		return err
	}
	at := r.stack.Addresses().Adapters[0]
	r.parent, r.vendor = "connections/"+at.Connection, newVendor(at.Simulator)
	if r.db, err = yardstick.Open(ctx, at.Database, connections); err != nil {
		return err
	}
	if r.adapter, err = dial("adapter", at.GRPC[0]); err != nil {
		return err
	}
	if err := r.fill(ctx); err != nil {
		return fmt.Errorf("fill the mirror: %w", err)
	}
	if err := r.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the yardstick: %w", err)
	}
	r.bare, err = yardstick.Start(ctx, at.Database, "yardstick", "--connections", fmt.Sprint(connections))
	if err != nil {
		return err
	}
	r.yardstick, err = dial("bare", r.bare.Addr)
	return err
}

// fill waits for the first sweep of every kind.
func (r *rig) fill(ctx context.Context) error {
	began := time.Now()
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
		if full {
			r.say("  the mirror is full after %v", time.Since(began).Round(time.Millisecond))
		}
		return full, fmt.Sprint(c.GetFreshness()), nil
	})
}

// prepare makes the yardstick's tables and learns the names of the tickets.
func (r *rig) prepare(ctx context.Context) error {
	if _, err := r.db.Exec(ctx, "vacuum (analyze) ticket, note"); err != nil { // not the jobs: nobody tidies up an empty table
		return err
	}
	if err := yardstick.Prepare(ctx, r.db); err != nil {
		return err
	}
	rows, err := r.db.Query(ctx, "select $1 || '/tickets/' || vendor_id from ticket order by vendor_id", r.parent)
	if err != nil {
		return err
	}
	if r.names, err = pgx.CollectRows(rows, pgx.RowTo[string]); err == nil && len(r.names) != tickets {
		err = fmt.Errorf("it holds %d tickets, and the vendor has %d", len(r.names), tickets)
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

// tearDown ends everything that was started, however far that came.
func (r *rig) tearDown(ctx context.Context) error {
	var errs []error
	for _, c := range []*callers{r.adapter, r.yardstick} {
		if c != nil {
			errs = append(errs, c.close())
		}
	}
	if r.bare != nil {
		errs = append(errs, r.bare.Stop()) //nolint:contextcheck // it has a bound of its own, and is needed when ctx has ended
	}
	if r.db != nil {
		r.db.Close()
	}
	if r.stack != nil {
		errs = append(errs, r.stack.Stop(ctx))
	}
	return errors.Join(errs...)
}

// say tells people how far it is.
func (r *rig) say(format string, args ...any) {
	_, _ = fmt.Fprintf(r.out, format+"\n", args...) // a closed terminal stops nothing
}
