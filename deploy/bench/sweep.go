package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
)

const (
	changes    = 1000 // that a sweep finds; the same tickets each time, so that its window holds no others
	sweepLimit = 10 * time.Minute
	staleFor   = 2500 * time.Millisecond // more than Halo may serve stale reads: what was seen before is no reason to look again
)

// swept changes tickets at the vendor, lets the adapter sweep, and tells what that took.
func (r *rig) swept(ctx context.Context, _ time.Duration) (run load.Run, err error) {
	var edited atomic.Int64
	_, err = load.Times(ctx, writers, changes, func(ctx context.Context, _ int) error {
		return r.vendor.edit(ctx, r.id(int(edited.Add(1)-1)), map[string]any{"summary": r.summary()})
	})
	if err != nil {
		return run, err
	}
	if err := pause(ctx, staleFor); err != nil {
		return run, err
	}
	calls, err := r.vendor.requests(ctx, listing)
	if err != nil {
		return run, err
	}
	var before uint64
	if err := r.db.QueryRow(ctx, "select pg_current_xact_id()::text::bigint").Scan(&before); err != nil {
		return run, err
	}
	memory, err := r.watchMemory(ctx)
	if err != nil {
		return run, err
	}
	run = load.Run{Calls: changes, Also: map[string]float64{}}
	run.Took, err = r.sweep(ctx)
	run.Also[ofMemory] = memory.most()
	if err != nil {
		return run, err
	}
	after, err := r.vendor.requests(ctx, listing)
	if err != nil {
		return run, err
	}
	run.Also[ofCalls] = after - calls
	var rows int
	if err := r.db.QueryRow(ctx, "select count(*) from ticket where xmin::text::bigint > $1", before).Scan(&rows); err != nil {
		return run, err
	}
	run.Also[ofRows] = float64(rows)
	return run, r.drained(ctx) // the looks that it asked for
}

// listing is the route of a sweep's calls, and not that of a single ticket's.
const listing = "/tickets "

// sweep lets the adapter sweep tickets now, and tells how long that took from the lease to the end.
func (r *rig) sweep(ctx context.Context) (time.Duration, error) {
	const hasten = `update cursor set next_at = now() where connection = $1 and kind = 'ticket' returning lease`
	var lease int64
	if err := r.db.QueryRow(ctx, hasten, r.at.Connection).Scan(&lease); err != nil {
		return 0, err
	}
	const look = `select lease > $2 and lease_until is null, error, extract(epoch from next_at - interval '24 hours' - began_at)::float8
		from cursor where connection = $1 and kind = 'ticket'`
	var took float64
	err := until(ctx, sweepLimit, func(ctx context.Context) (bool, string, error) {
		var ended bool
		var trouble string
		err := r.db.QueryRow(ctx, look, r.at.Connection, lease).Scan(&ended, &trouble, &took)
		return ended && trouble == "", "the sweep has not ended: " + trouble, err
	})
	if err == nil && took <= 0 {
		err = fmt.Errorf("the sweep took %v s", took)
	}
	return time.Duration(took * float64(time.Second)), err
}
