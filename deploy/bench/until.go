package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pollEvery is seldom enough for what is looked at not to be slowed by it: where time counts, Postgres tells when it was.
const pollEvery = 200 * time.Millisecond

// until looks until a condition holds. The error after limit, or when ctx ends, says what was seen last.
func until(ctx context.Context, limit time.Duration, look func(context.Context) (holds bool, seen string, err error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited %v", limit))
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		holds, seen, err := look(ctx)
		if err == nil && holds {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), err, errors.New(seen))
		case <-tick.C:
		}
	}
}
