package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
	"github.com/breakwater-acl/breakwater/deploy/bench/yardstick"
)

const pace = 300 // writes in each second

// pickup measures how long a committed write waits for its call to the vendor.
//
// The interval is from the job's created_at to the vendor's own record of the change. Both ends are told by somebody else than
// the sides: Postgres and the simulator, on the same machine and so by the same clock. Each errs against both sides alike:
// created_at is when the accepting transaction began, a commit before the job can be seen; the vendor's record is made when the
// request has been read and applied.
func (b *bench) pickup(ctx context.Context) ([]report.Section, error) {
	s := report.Section{
		Title: fmt.Sprintf("From commit to the vendor's call, at %d writes/s", pace),
		About: []string{
			"From the job's created_at to the vendor's record of the change, so the accepting transaction and the vendor's own work are in it, on both sides.",
			"Both sides accept over gRPC and work in the same process. River's worker makes the same call, then updates the entity and completes the job in one transaction.",
			tuned(),
			"Where fewer arrive than are written, a queue grows for as long as the round lasts, and the wait is mostly that.",
		},
		Ours: "adapter",
	}
	err := b.on(ctx, needs{tickets: tickets, settings: working()}, func(ctx context.Context, r *rig) error {
		if err := r.silence(ctx); err != nil {
			return err
		}
		if err := r.hasten(ctx); err != nil {
			return err
		}
		at, p, err := r.beside(ctx, "River", yardstick.Config{Connections: connections, Jobs: "river", Work: "row", Workers: slots, WorkPool: workPool + 1})
		if err != nil {
			return err
		}
		got, err := r.alternate(ctx, "pickup", spread, side{"adapter", r.picked}, side{"River", r.riverPicked(at, p)})
		s.Results = []report.Result{
			report.Compare("p50", "River", report.Millis, got.compare(1, millis(0.5)), measure.Goal{}),
			report.Compare("p95", "River", report.Millis, got.compare(1, millis(0.95)), measure.Goal{AtMost: 0.8}),
			report.Compare("p99", "River", report.Millis, got.compare(1, millis(0.99)), measure.Goal{AtMost: 0.6}),
			report.Compare("arrived", "River", report.PerSecond, got.compare(1, perSecond), measure.Goal{}),
		}
		return err
	})
	return []report.Section{s}, err
}

func spread(r load.Run) string {
	return fmt.Sprintf("%.0f/s, p50 %.2f ms, p95 %.2f ms, p99 %.2f ms", r.PerSecond(), r.Millis(0.5), r.Millis(0.95), r.Millis(0.99))
}

// picked is the adapter's side.
func (r *rig) picked(ctx context.Context, length time.Duration) (load.Run, error) {
	const accepted = "select created_at, patch from job where class = 0 and created_at >= $1 order by created_at"
	return r.paced(ctx, r.adapter, length, r.drained, accepted, func(patch []byte) (string, error) {
		var t psav1.Ticket
		err := proto.Unmarshal(patch, &t)
		return t.GetSummary(), err
	})
}

// riverPicked is River's side; its workers rest in the other's turn.
func (r *rig) riverPicked(at *callers, p *yardstick.Process) func(context.Context, time.Duration) (load.Run, error) {
	const accepted = "select created_at, convert_to(args ->> 'summary', 'UTF8') from river.river_job where created_at >= $1 order by created_at"
	return func(ctx context.Context, length time.Duration) (run load.Run, err error) {
		if err := ready(ctx, p.Work); err != nil {
			return run, err
		}
		run, err = r.paced(ctx, at, length, r.rivered, accepted, func(b []byte) (string, error) { return string(b), nil })
		if err != nil {
			return run, err
		}
		return run, p.Rest(ctx)
	}
}

// paced writes at the pace, waits until all of it is done, and then looks when what became a job and when it came to the
// vendor.
func (r *rig) paced(ctx context.Context, at *callers, length time.Duration, done func(context.Context) error, accepted string, summary func([]byte) (string, error)) (run load.Run, err error) {
	since, err := r.vendor.last(ctx)
	if err != nil {
		return run, err
	}
	var began time.Time
	if err := r.db.QueryRow(ctx, "select clock_timestamp()").Scan(&began); err != nil {
		return run, err
	}
	run, err = load.Paced(ctx, writers, pace, length, func(ctx context.Context, client int) error {
		return r.update(ctx, at, client, r.names[rand.IntN(len(r.names))])
	})
	if err != nil {
		return run, err
	}
	if err := done(ctx); err != nil {
		return run, err
	}
	arrived := map[string]time.Time{}
	err = r.vendor.each(ctx, since, func(e entry) {
		if summary, ok := e.Fields["summary"].(string); ok {
			arrived[summary] = e.At
		}
	})
	if err != nil {
		return run, err
	}
	rows, err := r.db.Query(ctx, accepted, began)
	if err != nil {
		return run, err
	}
	return run, waits(rows, &run, arrived, summary)
}

// waits fills in how long each accepted write waited for its arrival, and how long all of them took to arrive.
func waits(rows pgx.Rows, run *load.Run, arrived map[string]time.Time, summary func([]byte) (string, error)) error {
	run.Latency = &measure.Histogram{}
	var first, last, created time.Time
	var told []byte
	_, err := pgx.ForEachRow(rows, []any{&created, &told}, func() error {
		name, err := summary(told)
		if err != nil {
			return err
		}
		at, ok := arrived[name]
		if !ok {
			return fmt.Errorf("a write never arrived: %q", name)
		}
		run.Latency.Record(at.Sub(created))
		if first.IsZero() {
			first = created
		}
		if at.After(last) {
			last = at
		}
		return nil
	})
	run.Took = last.Sub(first)
	return err
}
