// Command bench measures what an adapter costs beside the least that could do the same, as ratios in one run. It is a
// measurement, not a test: a goal that is missed is told and changes nothing, and no figure is held against another machine's.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

// commands are what bench can do; without one it measures.
type commands struct {
	Run       runCommand       `cmd:"" default:"withargs" help:"Measure, print a table and keep it."`
	Yardstick yardstickCommand `cmd:"" hidden:"" help:"Serve as a yardstick; started by run."`
	Instant   instantCommand   `cmd:"" hidden:"" help:"Answer as the vendor, at once; started by run."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second ctrl-C does not wait for a clean end; the children go with us
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run does what args ask for, and tells out.
func run(ctx context.Context, args []string, out io.Writer) error {
	parser, err := kong.New(&commands{},
		kong.Name("bench"),
		kong.Description("What an adapter costs beside the least that could do the same: ratios, measured in one run."),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(out, (*io.Writer)(nil)),
		kong.Vars{"parts": partNames()},
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

// yardstickCommand is a process that the adapter is measured against.
type yardstickCommand struct{ yardstick.Config }

// Run is called by kong.
func (y yardstickCommand) Run(ctx context.Context, out io.Writer) error {
	return yardstick.Serve(ctx, y.Config, out)
}
