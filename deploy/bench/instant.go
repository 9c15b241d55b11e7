package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/instant"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

// instantCommand is a process that answers as the vendor, at once.
type instantCommand struct {
	Simulator string `help:"That stands behind it." required:""`
	Tickets   int    `help:"That it knows." required:""`
}

// Run is called by kong.
func (c instantCommand) Run(ctx context.Context, out io.Writer) error {
	v, err := instant.New(ctx, c.Simulator, c.Tickets)
	if err != nil {
		return err
	}
	return v.Serve(ctx, out)
}

// hasten puts a vendor that answers at once before the simulator, and the adapter and all yardsticks that follow to it.
func (r *rig) hasten(ctx context.Context) error {
	p, err := yardstick.Start(ctx, r.at.Database, r.tenant, "instant", "--simulator="+r.at.Simulator, "--tickets="+strconv.Itoa(r.needs.tickets))
	if err != nil {
		return err
	}
	r.closers = append(r.closers, p.Stop)
	text, err := os.ReadFile(r.file())
	if err != nil {
		return err
	}
	moved := bytes.ReplaceAll(text, []byte(r.tenant.BaseURL), []byte("http://"+p.HTTP))
	if err := os.WriteFile(r.file(), moved, 0o600); err != nil { //nolint:gosec // in the stack's own folder
		return err
	}
	r.tenant.BaseURL, r.vendor = "http://"+p.HTTP, newVendor(p.HTTP)
	if err := r.stack.Restart(ctx, replica); err != nil {
		return err
	}
	err = until(ctx, openLimit, func(ctx context.Context) (bool, string, error) {
		_, err := r.adapter.status.GetConnection(ctx, &adapterv1.GetConnectionRequest{Name: r.parent})
		return err == nil, "the adapter does not answer", err
	})
	if err != nil {
		return fmt.Errorf("start with another vendor: %w", err)
	}
	return nil
}
