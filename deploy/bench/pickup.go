package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

const (
	pace       = 300 // writes in each second
	drainLimit = 2 * time.Minute
)

// pickup measures how long a committed write waits for its call to the vendor.
//
// The interval is from the job's created_at to the vendor's own record of the change. Both ends are told by somebody else than
// the adapter: Postgres and the simulator, on the same machine and so by the same clock. Each errs against us: created_at is
// when the accepting transaction began, a commit before the job can be seen; the vendor's record is made when the request has
// been read and applied. An attempt's started_at would leave out the look at the row and the signing, which come between.
//
// Nothing bare does the same, so the yardstick is what Postgres alone costs: one bare transaction at the same pace.
func (r *rig) pickup(ctx context.Context) (report.Section, error) {
	s := report.Section{
		Title: fmt.Sprintf("From commit to the vendor's call, at %d writes/s", pace),
		About: []string{
			"From the job's created_at to the vendor's record of the change, so the accepting transaction and the vendor's own work are in it.",
			"The yardstick is one bare transaction {update a row of 1 KiB, insert a job}, by pgx directly at the same pace: how many commits long the way is.",
			"Where fewer arrive than are written, a queue grows for as long as the round lasts, and the wait is mostly that.",
			"The vendor has no limits, answers at once, and announces none of our own changes: what they would bring is another way's work.",
		},
		Ours: "adapter",
	}
	if err := r.vendor.misbehave(ctx, map[string]any{"webhooks": map[string]any{"drop": 1}}); err != nil {
		return s, err
	}
	got, err := r.alternate(ctx, "pickup", spread, side{"adapter", r.picked}, side{"pgx", r.paced})
	if err != nil {
		return s, err
	}
	const bare = "one bare transaction"
	s.Results = []report.Result{
		report.Compare("p50", bare, report.Millis, got.compare(1, millis(0.5)), measure.Goal{}),
		report.Compare("p95", bare, report.Millis, got.compare(1, millis(0.95)), measure.Goal{}),
		report.Compare("arrived, done", bare, report.PerSecond, got.compare(1, perSecond), measure.Goal{}),
	}
	return s, nil
}

func spread(r load.Run) string {
	return fmt.Sprintf("%.0f/s, p50 %.2f ms, p95 %.2f ms", r.PerSecond(), r.Millis(0.5), r.Millis(0.95))
}

// paced is the yardstick's side.
func (r *rig) paced(ctx context.Context, length time.Duration) (load.Run, error) {
	return load.Paced(ctx, writers, pace, length, func(ctx context.Context, _ int) error { return r.write(ctx) })
}

// picked writes at the pace, waits until all of it is done, and then looks when what became a job and when it came to the
// vendor.
func (r *rig) picked(ctx context.Context, length time.Duration) (run load.Run, err error) {
	since, err := r.vendor.last(ctx)
	if err != nil {
		return run, err
	}
	var began time.Time
	if err := r.db.QueryRow(ctx, "select clock_timestamp()").Scan(&began); err != nil {
		return run, err
	}
	run, err = load.Paced(ctx, writers, pace, length, func(ctx context.Context, client int) error { return r.update(ctx, r.adapter, client) })
	if err != nil {
		return run, err
	}
	if err := r.drained(ctx); err != nil {
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
	return run, r.waits(ctx, &run, began, arrived)
}

// drained waits until no job is left to be made.
func (r *rig) drained(ctx context.Context) error {
	return until(ctx, drainLimit, func(ctx context.Context) (bool, string, error) {
		var open int
		err := r.db.QueryRow(ctx, "select count(*) from job where state < 3").Scan(&open)
		return open == 0, fmt.Sprintf("%d jobs are not made yet", open), err
	})
}

// waits fills in how long each write accepted since began waited for its arrival, and how long all of them took to arrive.
func (r *rig) waits(ctx context.Context, run *load.Run, began time.Time, arrived map[string]time.Time) error {
	rows, err := r.db.Query(ctx, "select created_at, patch from job where class = 0 and created_at >= $1 order by created_at", began)
	if err != nil {
		return err
	}
	run.Latency = &measure.Histogram{}
	var first, last, created time.Time
	var patch []byte
	_, err = pgx.ForEachRow(rows, []any{&created, &patch}, func() error {
		var t psav1.Ticket
		if err := proto.Unmarshal(patch, &t); err != nil {
			return err
		}
		at, ok := arrived[t.GetSummary()]
		if !ok {
			return fmt.Errorf("a write never arrived: %q", t.GetSummary())
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
