package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

const (
	slots    = 64 // attempts at once, of the adapter and of River
	workPool = 16 // connections to Postgres of the adapter's workers; River's has one more, for its LISTEN
)

// working are an adapter's settings for parts in which it has much to do. What may be older than a moment is not looked at
// before it is sent, because River's worker looks at nothing.
func working() settings {
	return settings{
		"jobs":  settings{"slots": slots, "total": slots, "scan": "1m"},
		"pools": settings{"work": workPool, "deliveries": workPool},
		"halo":  settings{"sweep": settings{"tickets": "24h", "notes": "24h"}, "refresh_after": "24h"},
	}
}

func tuned() string {
	return fmt.Sprintf("River is tuned: LISTEN/NOTIFY and a fetch cooldown of 1 ms, a poll every 10 ms, %d workers, a pool of %d connections and one for LISTEN; "+
		"the adapter has %d slots and a pool of %d.", slots, workPool, slots, workPool)
}

// drain measures how fast a queue that is there is worked off.
func (b *bench) drain(ctx context.Context) ([]report.Section, error) {
	jobs := b.size(10_000, 100_000)
	s := report.Section{
		Title: fmt.Sprintf("%d queued jobs worked off, the vendor answering at once", jobs),
		About: []string{
			"The adapter's jobs were accepted over gRPC, one for each ticket, while the vendor had asked to wait; River's were inserted in bulk.",
			"River's worker makes the same call to the same vendor, which answers with a whole ticket as the simulator does, at next to no cost. Row: it updates the entity and completes the job in one transaction. " +
				"No row: it returns, and River completes jobs in batches.",
			tuned(),
			"From the moment from which they may run until the last was done, by Postgres's clock; the vendor is on the same two cores, costs both the same, and announces nothing.",
		},
		Ours: "adapter",
	}
	err := b.on(ctx, needs{tickets: jobs, settings: working()}, func(ctx context.Context, r *rig) error {
		if err := r.silence(ctx); err != nil {
			return err
		}
		if err := r.hasten(ctx); err != nil {
			return err
		}
		sides := []side{r.draining(jobs)}
		for _, work := range []string{"row", "nothing"} {
			_, p, err := r.beside(ctx, "River", yardstick.Config{Connections: connections, Jobs: "river", Work: work, Workers: slots, WorkPool: workPool + 1})
			if err != nil {
				return err
			}
			sides = append(sides, r.rivering(p, work, jobs))
		}
		got, err := r.alternate(ctx, "drain", rate, sides...)
		s.Results = []report.Result{
			report.Compare("drained", "River, row", report.PerSecond, got.compare(1, perSecond), measure.Goal{AtLeast: 3}),
			report.Compare("drained", "River, no row", report.PerSecond, got.compare(2, perSecond), measure.Goal{AtLeast: 1}),
		}
		return err
	})
	return []report.Section{s}, err
}

func rate(r load.Run) string { return fmt.Sprintf("%.0f/s", r.PerSecond()) }

// some is all of n, or the part of it that fits into less than a round's length: for warming up.
func (b *bench) some(n int, length time.Duration) int {
	return max(int(float64(n)*length.Seconds()/b.Seconds), 1)
}

// draining is the adapter's side. All but one of the jobs are accepted while they have to wait; the last one, accepted when
// they may run, wakes the workers.
func (r *rig) draining(jobs int) side {
	return side{"adapter", func(ctx context.Context, length time.Duration) (run load.Run, err error) {
		n := r.some(jobs, length)
		if err := r.hold(ctx); err != nil {
			return run, err
		}
		if err := r.updateAll(ctx, r.names[1:n]); err != nil {
			return run, err
		}
		if err := r.tidy(ctx); err != nil {
			return run, err
		}
		if err := r.release(ctx); err != nil {
			return run, err
		}
		return r.worked(ctx, n, func() error { return r.update(ctx, r.adapter, 0, r.names[0]) }, r.drained,
			"select max(settled_at) from job where settled_at >= $1")
	}}
}

// worked lets n jobs be worked off; Postgres tells when it began and when the last of them ended.
func (r *rig) worked(ctx context.Context, n int, begin func() error, done func(context.Context) error, last string) (run load.Run, err error) {
	var began, ended time.Time
	if err := r.db.QueryRow(ctx, "select clock_timestamp()").Scan(&began); err != nil {
		return run, err
	}
	if err := begin(); err != nil {
		return run, err
	}
	if err := done(ctx); err != nil {
		return run, err
	}
	err = r.db.QueryRow(ctx, last, began).Scan(&ended)
	return load.Run{Calls: n, Took: ended.Sub(began), Latency: &measure.Histogram{}}, err
}

// updateAll writes to each of these tickets once.
func (r *rig) updateAll(ctx context.Context, names []string) error {
	var next atomic.Int64
	_, err := load.Times(ctx, writers, len(names), func(ctx context.Context, client int) error {
		return r.update(ctx, r.adapter, client, names[next.Add(1)-1])
	})
	return err
}

// settled is longer than River takes to begin, or to hear that it shall wait.
const settled = 500 * time.Millisecond

// ready does one thing after the other, and gives River the time to follow.
func ready(ctx context.Context, steps ...func(context.Context) error) error {
	for _, step := range steps {
		if err := errors.Join(step(ctx), pause(ctx, settled)); err != nil {
			return err
		}
	}
	return nil
}

// rivering is a side of River: jobs are inserted while its queue has to wait.
func (r *rig) rivering(p *yardstick.Process, work string, jobs int) side {
	return side{"River, " + work, func(ctx context.Context, length time.Duration) (run load.Run, err error) {
		n := r.some(jobs, length)
		if err := ready(ctx, p.Work, p.Hold); err != nil {
			return run, err
		}
		if err := r.queue(ctx, n); err != nil {
			return run, err
		}
		if err := r.tidy(ctx); err != nil {
			return run, err
		}
		run, err = r.worked(ctx, n, func() error { return p.Go(ctx) }, r.rivered, "select max(finalized_at) from river.river_job where finalized_at >= $1")
		if err != nil {
			return run, err
		}
		return run, p.Rest(ctx)
	}}
}

// atOnce bounds how many jobs River is given in one statement.
const atOnce = 5000

// queue gives River a job for each of the first n tickets.
func (r *rig) queue(ctx context.Context, n int) error {
	client, err := yardstick.Queue(r.db)
	if err != nil {
		return err
	}
	for from := 0; from < n; from += atOnce {
		var params []river.InsertManyParams
		for _, name := range r.names[from:min(from+atOnce, n)] {
			id := name[len(r.parent+"/tickets/"):]
			params = append(params, river.InsertManyParams{Args: yardstick.RiverJob{Connection: r.at.Connection, ID: id, Summary: r.summary()}})
		}
		if _, err := client.InsertManyFast(ctx, params); err != nil {
			return fmt.Errorf("river: %w", err)
		}
	}
	return nil
}

// rivered waits until River has nothing left to do.
func (r *rig) rivered(ctx context.Context) error {
	return until(ctx, drainLimit, func(ctx context.Context) (bool, string, error) {
		var open bool
		err := r.db.QueryRow(ctx, `select exists (select 1 from river.river_job where state = any('{available,pending,retryable,running,scheduled}'))`).Scan(&open)
		return !open, "River's jobs are not done yet", err
	})
}
