package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

// runLimit bounds a run, whatever hangs.
const runLimit = 15 * time.Minute

// runCommand measures everything once.
type runCommand struct {
	Rounds      int     `help:"In which every side has its turn; the median of them counts." default:"5"`
	Seconds     float64 `help:"That each side runs in each round." default:"2"`
	Bin         string  `help:"Folder of the adapters' and simulators' binaries." default:"bin" type:"path"`
	Out         string  `help:"Folder for latest.json and latest.md." default:"deploy/bench/results" type:"path"`
	DatabaseURL string  `help:"A Postgres to make a database on, dropped at the end (postgres://…); empty: our own, as it comes." env:"DATABASE_URL"`
	NATSURL     string  `name:"nats-url" help:"A NATS server with JetStream; empty: our own." env:"NATS_URL"`
}

// Validate is called by kong.
func (c runCommand) Validate() error {
	switch {
	case c.Rounds < 3:
		return fmt.Errorf("--rounds=%d: expects at least 3, because the median of them counts", c.Rounds)
	case !(c.Seconds >= 0.1 && c.Seconds <= 60):
		return fmt.Errorf("--seconds=%v: expects 0.1 to 60", c.Seconds)
	}
	return nil
}

// Run is called by kong.
func (c runCommand) Run(ctx context.Context, out io.Writer) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, runLimit, fmt.Errorf("it took more than %v", runLimit))
	defer cancel()
	began, clock := time.Now(), machine.Start()
	_, _ = fmt.Fprintf(out, "Breakwater's bench: %d rounds of %v s for each side, in about %v.\n", c.Rounds, c.Seconds, c.estimate().Round(10*time.Second))
	r, err := setUp(ctx, c, out)
	if err != nil {
		return err
	}
	found, err := r.measure(ctx)
	if err := errors.Join(err, r.tearDown(ctx)); err != nil {
		return err
	}
	found.At, found.Took = began, time.Since(began).Round(time.Second).String()
	found.Rounds, found.Seconds = c.Rounds, c.Seconds
	found.Machine.Others = clock.Others(found.Machine.Cores)
	found.Print(out)
	if err := found.Save(c.Out); err != nil {
		return fmt.Errorf("keep the figures: %w", err)
	}
	return nil
}

// estimate is how long a run takes on a machine that has nothing else to do.
func (c runCommand) estimate() time.Duration {
	const (
		turns  = 2*3 + 2 + 3 // of the sides, in each round: reads by so many clients, pickup, accept
		around = 25          // seconds for starting, filling, warming up and draining
	)
	return time.Duration((turns*float64(c.Rounds)*c.Seconds + around) * float64(time.Second))
}

// measure measures one thing after the other until one of the rig's processes ends by itself.
func (r *rig) measure(ctx context.Context) (found report.Report, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		select {
		case err := <-r.stack.Failed():
			cancel(err)
		case <-ctx.Done():
		}
	}()
	if found.Machine, err = machine.Look(ctx, r.db); err != nil {
		return found, fmt.Errorf("look at Postgres: %w", err)
	}
	// Reads come between, because by then the breaker has forgotten the calls that pickup made; accept comes last, because its
	// outage leaves jobs behind.
	parts := []func(context.Context) (report.Section, error){r.pickup, r.reads, r.accept}
	for _, part := range parts {
		s, err := part(ctx)
		if err != nil {
			return found, errors.Join(err, context.Cause(ctx))
		}
		found.Sections = append(found.Sections, s)
		if err := r.tidy(ctx); err != nil {
			return found, err
		}
	}
	return found, nil
}
