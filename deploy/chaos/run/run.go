// Package run answers how one run of chaos is played: a stack is put under fire by a schedule while it is used, is left to
// settle, and is judged.
package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/clock"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
	"github.com/breakwater-acl/breakwater/deploy/chaos/link"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// Config is one run.
type Config struct {
	Play   cast.Play
	Bin    string // of the adapters and simulators whose clocks can be skewed
	Data   string // kept; empty: a temporary folder, kept only when something was found
	Seed   uint64
	Length time.Duration
	Settle time.Duration // how long it may take to settle afterwards; 0: 90 s
}

// ErrNotHeld is the answer when a promise did not hold; the output says which.
var ErrNotHeld = errors.New("a promise did not hold") //nolint:gochecknoglobals // a sentinel

const (
	mostHot  = 16 // of each kind, that everybody changes
	replicas = 2
)

// line is the last that a run prints.
type line struct {
	judge.Verdict
	Recovery float64 `json:"recovery_time_s"`
	Seed     uint64  `json:"seed"`
}

// Run plays a run and tells out. Its last line is the verdict in JSON. Any other error than ErrNotHeld means that the run
// itself could not be played.
func Run(ctx context.Context, cfg Config, out io.Writer) error {
	if cfg.Settle == 0 {
		cfg.Settle = 90 * time.Second
	}
	say := newSay(out)
	p := stack.ImpatientPatience()
	sched := schedule.Draw(cfg.Seed, cfg.Length, schedule.Stage{
		Replicas: cfg.Play.Replicas(), Simulator: cfg.Play.Simulator(), Drift: cfg.Play.Drift, Tokens: cfg.Play.Tokens,
		Lease: p.Lease, Settling: p.Settling, ReadLag: p.ReadLag, Absent: p.Absent,
	})
	welcome(say, cfg, sched)
	links := link.New()
	defer links.Close()
	clocks := newClocks(sched, cfg.Play.Simulator())
	on, err := stack.Start(ctx, stack.Config{
		Bin: cfg.Bin, Data: cfg.Data, Only: []string{cfg.Play.Adapter}, Replicas: replicas, Tickets: cfg.Play.Seeded, Customers: cfg.Play.Seeded, Scaled: true, Impatient: true, Seed: cfg.Seed%1e9 + 1,
		Postgres: map[string]string{}, // its own defaults: what is accepted is on disk
		Replaced: stack.Replacement{Link: links.Between, Env: func(who string) []string { return []string{clock.Env(clocks.of(who))} }},
		Progress: func(string) {},
	})
	if err != nil {
		return err
	}
	a := &arena{play: cfg.Play, stack: on, links: links, clocks: clocks, schedule: sched, say: say, settle: cfg.Settle}
	result, findings, err := a.run(ctx)
	if err != nil || len(findings) > 0 {
		on.Keep()
	}
	if stopped := on.Stop(ctx); stopped != nil {
		say.line("not all of it ended well: %v", stopped)
	}
	if err != nil {
		return fmt.Errorf("%w; logs and database are in %s", err, on.Addresses().Data)
	}
	return conclude(say, result, findings, on.Addresses().Data)
}

// conclude tells what was found, and the verdict.
func conclude(say *say, result line, findings []judge.Finding, data string) error {
	say.findings(findings, data)
	text, err := json.Marshal(result)
	if err != nil {
		return err
	}
	say.line("%s", text)
	if !result.Held() {
		return ErrNotHeld
	}
	return nil
}
