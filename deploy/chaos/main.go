// Command breakwater-chaos puts two replicas of an adapter under fire, lets them settle, and says whether every promise held.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/cast/halo"
	"github.com/breakwater-acl/breakwater/deploy/chaos/cast/stripe"
	"github.com/breakwater-acl/breakwater/deploy/chaos/clock"
	"github.com/breakwater-acl/breakwater/deploy/chaos/run"
)

// commands are what breakwater-chaos can do.
type commands struct {
	Run     runCommand     `cmd:"" help:"Play one run and judge it."`
	Overlay overlayCommand `cmd:"" help:"Write what go build -overlay needs for processes whose clocks can be skewed, and print its name."`
}

type runCommand struct {
	Adapter string `help:"Whose replicas are put under fire: halo, stripe." default:"halo" env:"CHAOS_ADAPTER"`
	Bin     string `help:"Folder of the binaries with clocks that can be skewed." default:"bin/chaos" type:"path"`
	Data    string `help:"Folder for databases, logs and configuration; empty: a temporary one, kept if something is found." type:"path"`
	Seconds int    `help:"How long there are faults." default:"60" env:"CHAOS_SECONDS"`
	Seed    string `help:"What the schedule is drawn from; empty: any." env:"CHAOS_SEED"`
	Settle  int    `help:"How many seconds it may take to settle afterwards." default:"90" env:"CHAOS_SETTLE"`
}

// Run is called by kong.
func (r *runCommand) Run(ctx context.Context, out io.Writer) error {
	if r.Seconds < 5 || r.Seconds > 24*3600 {
		return fmt.Errorf("CHAOS_SECONDS is %d: expected 5 to %d", r.Seconds, 24*3600)
	}
	if r.Settle < 1 {
		return fmt.Errorf("CHAOS_SETTLE is %d: expected a positive number", r.Settle)
	}
	play, err := played(r.Adapter)
	if err != nil {
		return err
	}
	seed, err := seedOf(r.Seed)
	if err != nil {
		return err
	}
	return run.Run(ctx, run.Config{
		Play: play, Bin: r.Bin, Data: r.Data, Seed: seed, Length: time.Duration(r.Seconds) * time.Second, Settle: time.Duration(r.Settle) * time.Second,
	}, out)
}

type overlayCommand struct {
	Dir string `arg:"" help:"Folder to write to." type:"path"`
}

// Run is called by kong.
func (o *overlayCommand) Run(ctx context.Context, out io.Writer) error {
	name, err := clock.Overlay(ctx, o.Dir)
	if err == nil {
		_, err = fmt.Fprintln(out, name)
	}
	return err
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second ctrl-C does not wait for a clean end; the children go with us
	switch err := play(ctx, os.Args[1:], os.Stdout); {
	case errors.Is(err, run.ErrNotHeld): // the output has said which
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "breakwater-chaos:", err)
		os.Exit(1)
	}
}

// play does what args ask for, and tells out.
func play(ctx context.Context, args []string, out io.Writer) error {
	parser, err := kong.New(&commands{},
		kong.Name("breakwater-chaos"),
		kong.Description("An adapter under fire."),
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

// played is what a run of an adapter is played with.
func played(adapter string) (cast.Play, error) {
	for _, p := range []cast.Play{halo.Play(), stripe.Play()} {
		if p.Adapter == adapter {
			return p, nil
		}
	}
	return cast.Play{}, fmt.Errorf("CHAOS_ADAPTER is %q: expected halo or stripe", adapter)
}

// seedOf is the seed that a person named, or any: one that can be typed.
func seedOf(text string) (seed uint64, err error) {
	if text == "" {
		return rand.Uint64N(1_000_000_000), nil
	}
	var rest string
	if n, _ := fmt.Sscanf(text, "%d%s", &seed, &rest); n != 1 {
		return 0, fmt.Errorf("CHAOS_SEED is %q: expected a whole number that is not negative", text)
	}
	return seed, nil
}
