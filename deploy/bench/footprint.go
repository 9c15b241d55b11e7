package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/machine"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

const (
	idleTickets = 200
	idleFor     = 5 * time.Second
	mostIdle    = 40  // MB
	mostStart   = 300 // ms
	starts      = 5
	replica     = "halo-adapter-1"
)

// footprint measures memory, the start, and the binary.
func (b *bench) footprint(ctx context.Context) ([]report.Section, error) {
	queued, rows := b.size(20_000, 100_000), b.size(20_000, 1_000_000)
	s := report.Section{
		Title: "What an adapter takes",
		About: []string{
			"Memory is what the adapter's process keeps (VmRSS), with the pages of its binary. Idle: after its first sweeps, with nothing to do.",
			fmt.Sprintf("Queued: with %d jobs that may not run yet, accepted over gRPC. Backfill: filling a mirror of %d tickets and their notes; flat means that the last quarter of it takes as much as the second.", queued, rows),
			"A start is from the process's beginning to its saying that it is ready, on a database that is there.",
		},
		Ours: "adapter",
	}
	for _, measure := range []func(context.Context, *report.Section) error{
		b.idle,
		func(ctx context.Context, s *report.Section) error { return b.queued(ctx, s, queued) },
		func(ctx context.Context, s *report.Section) error { return b.backfill(ctx, s, rows) },
	} {
		if err := measure(ctx, &s); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(filepath.Join(b.Bin, "halo-adapter"))
	if err != nil {
		return nil, err
	}
	s.Results = append(s.Results, report.Plain("binary", report.MB, float64(info.Size())/1e6))
	return []report.Section{s}, nil
}

func (b *bench) idle(ctx context.Context, s *report.Section) error {
	return b.on(ctx, needs{tickets: idleTickets}, func(ctx context.Context, r *rig) error {
		memory, err := r.rest(ctx)
		if err != nil {
			return err
		}
		var took []float64
		for range starts {
			if err := r.stack.Kill(replica); err != nil {
				return err
			}
			began := time.Now()
			if err := r.stack.Restart(ctx, replica); err != nil {
				return err
			}
			took = append(took, float64(time.Since(began))/float64(time.Millisecond))
		}
		r.say("  idle: %.1f MB; starts: %.0f ms", memory, took)
		s.Results = append(s.Results, report.Bound("start to ready", report.Millis, mostStart, took...), report.Bound("memory, idle", report.MB, mostIdle, memory))
		return nil
	})
}

func (b *bench) queued(ctx context.Context, s *report.Section, jobs int) error {
	return b.on(ctx, needs{tickets: tickets, settings: working()}, func(ctx context.Context, r *rig) error {
		if err := r.hold(ctx); err != nil {
			return err
		}
		for n := jobs; n > 0; n -= len(r.names) {
			if err := r.updateAll(ctx, r.names[:min(n, len(r.names))]); err != nil {
				return err
			}
		}
		memory, err := r.rest(ctx)
		if err != nil {
			return err
		}
		r.say("  %d jobs queued: %.1f MB", jobs, memory)
		s.Results = append(s.Results, report.Plain(fmt.Sprintf("memory, %d jobs queued", jobs), report.MB, memory))
		return nil
	})
}

func (b *bench) backfill(ctx context.Context, s *report.Section, rows int) error {
	return b.on(ctx, needs{tickets: rows, empty: true}, func(ctx context.Context, r *rig) error {
		began := time.Now()
		memory, err := r.watchMemory(ctx)
		if err != nil {
			return err
		}
		err = r.fill(ctx)
		samples := memory.end()
		if err != nil {
			return err
		}
		took, quarter := time.Since(began), len(samples)/4
		last, second := measure.Median(samples[3*quarter:]), measure.Median(samples[quarter:2*quarter])
		r.say("  backfill: %v, at most %.1f MB", took.Round(time.Millisecond), slices.Max(samples))
		s.Results = append(s.Results,
			report.Plain("memory, backfill, at most", report.MB, slices.Max(samples)),
			report.Compare("memory, backfill, its last quarter", "its second", report.MB, measure.Compare([]float64{last}, []float64{second}), measure.Goal{AtMost: 1.15}),
			report.Plain("backfill", report.PerSecond, float64(rows)/took.Seconds()))
		return nil
	})
}

// rest is what the adapter keeps after a while in which nobody asked anything of it.
func (r *rig) rest(ctx context.Context) (float64, error) {
	m, err := r.watchMemory(ctx)
	if err != nil {
		return 0, err
	}
	err = pause(ctx, idleFor)
	return measure.Median(m.end()), err
}

const sampleEvery = 20 * time.Millisecond

// memory watches what a process keeps.
type memory struct {
	cancel  context.CancelFunc
	done    chan struct{}
	samples []float64
}

// watchMemory watches the adapter until it is asked what it saw.
func (r *rig) watchMemory(ctx context.Context) (*memory, error) {
	pid, err := machine.Find("serve", "--config", r.file())
	if err != nil {
		return nil, err
	}
	first, err := machine.RSS(pid)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	m := &memory{cancel: cancel, done: make(chan struct{}), samples: []float64{first}}
	go func() {
		defer close(m.done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(sampleEvery):
			}
			if now, err := machine.RSS(pid); err == nil {
				m.samples = append(m.samples, now)
			}
		}
	}()
	return m, nil
}

// end is what was seen.
func (m *memory) end() []float64 {
	m.cancel()
	<-m.done
	return m.samples
}

func (m *memory) most() float64 { return slices.Max(m.end()) }
