package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

// The most that a run may take, whatever hangs.
const (
	runLimit  = 25 * time.Minute
	fullLimit = 4 * time.Hour
)

// runCommand measures once.
type runCommand struct {
	Parts       []string `help:"What to measure: ${parts}; all if none is named." env:"PARTS"`
	Full        bool     `help:"The large sizes: 100,000 jobs, 1,000,000 rows. Takes more than an hour." env:"FULL"`
	Rounds      int      `help:"In which every side has its turn; the median of them counts." default:"3" env:"ROUNDS"`
	Seconds     float64  `help:"That each side runs in each round, where it is not a number of jobs that ends it." default:"2" env:"SECONDS_EACH"`
	Quick       bool     `help:"One short round, to see that everything works: its figures say nothing." env:"QUICK"`
	Bin         string   `help:"Folder of the adapters' and simulators' binaries." default:"bin" type:"path"`
	Out         string   `help:"Folder for latest.json and latest.md." default:"deploy/bench/results" type:"path"`
	DatabaseURL string   `help:"A Postgres to make databases on, dropped at the end (postgres://…); empty: our own, as it comes." env:"DATABASE_URL"`
	NATSURL     string   `name:"nats-url" help:"A NATS server with JetStream; empty: our own." env:"NATS_URL"`
}

// Validate is called by kong.
func (c runCommand) Validate() error {
	switch {
	case c.Rounds < 3:
		return fmt.Errorf("--rounds=%d: expects at least 3, because the median of them counts", c.Rounds)
	case !(c.Seconds >= 0.1 && c.Seconds <= 60):
		return fmt.Errorf("--seconds=%v: expects 0.1 to 60", c.Seconds)
	}
	for _, name := range c.Parts {
		if !slices.ContainsFunc(parts(), func(p part) bool { return p.name == name }) {
			return fmt.Errorf("--parts=%s: there is no part %q; there are %s", strings.Join(c.Parts, ","), name, partNames())
		}
	}
	return nil
}

// Run is called by kong.
func (c runCommand) Run(ctx context.Context, out io.Writer) error {
	if c.Quick {
		c.Rounds, c.Seconds = 1, min(c.Seconds, 0.5)
	}
	limit := runLimit
	if c.Full {
		limit = fullLimit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it took more than %v", limit))
	defer cancel()
	began, clock := time.Now(), machine.Start()
	b := &bench{runCommand: c, out: out}
	b.say("Breakwater's bench: %s; %d rounds of each side.", strings.Join(c.names(), ", "), c.Rounds)
	if !c.Full {
		b.say("The large sizes, 100,000 jobs and 1,000,000 rows, are left to FULL=1. This ends within %v.", limit)
	}
	failed := b.measure(ctx)
	found := b.found
	found.At, found.Took = began, time.Since(began).Round(time.Second).String()
	found.Rounds, found.Seconds, found.Full, found.Parts = c.Rounds, c.Seconds, c.Full, c.names()
	found.Machine.Others = clock.Others(found.Machine.Cores)
	found.Print(out)
	if len(found.Sections) == 0 {
		return failed // nothing to keep instead of what is there
	}
	if err := found.Save(c.Out); err != nil {
		failed = errors.Join(failed, fmt.Errorf("keep the figures: %w", err))
	}
	return failed
}

// names are the parts that are measured.
func (c runCommand) names() []string {
	var names []string
	for _, p := range parts() {
		if len(c.Parts) == 0 || slices.Contains(c.Parts, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// size is the smaller one by default, the larger one in a full run, and a tenth of it when it is only seen whether all works.
func (c runCommand) size(usual, full int) int {
	switch {
	case c.Quick:
		return max(usual/10, 1000)
	case c.Full:
		return full
	}
	return usual
}

// bench is one run.
type bench struct {
	runCommand
	out   io.Writer
	found report.Report
}

// measure measures one part after the other. One that fails costs no other its figures.
func (b *bench) measure(ctx context.Context) (failed error) {
	for _, p := range parts() {
		if !slices.Contains(b.names(), p.name) || ctx.Err() != nil {
			continue
		}
		began := time.Now()
		b.say("\n%s: %s", p.name, p.about)
		sections, err := p.measure(b, ctx)
		if err != nil {
			err = fmt.Errorf("%s: %w", p.name, errors.Join(err, context.Cause(ctx)))
			b.say("  %v", err)
			b.found.Failed, failed = append(b.found.Failed, err.Error()), errors.Join(failed, err)
			continue
		}
		b.found.Sections = append(b.found.Sections, sections...)
		b.say("  took %v", time.Since(began).Round(100*time.Millisecond))
	}
	return failed
}

// say tells people how far it is.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.out, format+"\n", args...) // a closed terminal stops nothing
}
