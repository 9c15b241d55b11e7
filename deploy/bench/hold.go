package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// hold keeps every job waiting, as a vendor does that answers 429 and asks to wait for an hour.
func (r *rig) hold(ctx context.Context) error {
	return r.wait(ctx, "1 hour")
}

// looks is how often a replica looks at the gate, and a bit.
const looks = 1500 * time.Millisecond

// release ends a hold. Nobody is woken: the next write does that.
func (r *rig) release(ctx context.Context) error {
	if err := r.wait(ctx, "0"); err != nil {
		return err
	}
	return pause(ctx, looks)
}

// pause lets some time pass.
func pause(ctx context.Context, length time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(length):
		return nil
	}
}

func (r *rig) wait(ctx context.Context, length string) error {
	done, err := r.db.Exec(ctx, `update gate set hold_until = clock_timestamp() + $2::interval where connection = $1`, r.at.Connection, length)
	if err == nil && done.RowsAffected() == 0 {
		err = fmt.Errorf("connection %s has no gate", r.at.Connection)
	}
	return err
}

const drainLimit = 30 * time.Minute

// drained waits until no job is left to be made.
func (r *rig) drained(ctx context.Context) error {
	return until(ctx, drainLimit, func(ctx context.Context) (bool, string, error) {
		var open bool
		err := r.db.QueryRow(ctx, "select exists (select 1 from job where state < 3)").Scan(&open)
		return !open, "jobs are not made yet", err
	})
}

// silence keeps the vendor from announcing changes: what that would bring is another part's.
func (r *rig) silence(ctx context.Context) error {
	return r.vendor.call(ctx, http.MethodPut, "/halo/webhook", map[string]string{"url": ""}, nil)
}
