// Command breakwater-local runs everything on this machine: Postgres, JetStream, simulated vendors and their adapters.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/breakwater-acl/breakwater/deploy/local/demo"
)

// commands are what breakwater-local can do.
type commands struct {
	Demo demoCommand `cmd:"" help:"Play scenes of vendors that misbehave, and check each."`
	Up   upCommand   `cmd:"" help:"Run everything until ctrl-C."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second ctrl-C does not wait for a clean end; the children go with us
	switch err := run(ctx, os.Args[1:], os.Stdout); {
	case errors.Is(err, demo.ErrNotHeld): // the last line has said which
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "breakwater-local:", err)
		os.Exit(1)
	}
}

// run does what args ask for, and tells out.
func run(ctx context.Context, args []string, out io.Writer) error {
	parser, err := kong.New(&commands{},
		kong.Name("breakwater-local"),
		kong.Description("Everything on this machine: Postgres, JetStream, simulated vendors and their adapters."),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(out, (*io.Writer)(nil)),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}
