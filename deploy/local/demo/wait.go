package demo

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// pollEvery is how often a condition is looked at.
const pollEvery = 20 * time.Millisecond

// look says whether a condition holds, and what was seen.
type look func(ctx context.Context) (holds bool, seen string, err error)

// until looks until the condition holds. The error after limit, or when ctx ends, says what was seen last.
func until(ctx context.Context, limit time.Duration, l look) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("waited %s", span(limit)))
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last string
	for {
		holds, seen, err := l(ctx)
		switch {
		case err == nil && holds:
			return nil
		case err == nil:
			last = seen
		case ctx.Err() == nil:
			last = err.Error() // a look may fail while the scene makes things fail
		}
		select {
		case <-ctx.Done():
			return errors.Join(errors.New(last), context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// await waits for a condition and tells whether it came, what was seen, and how long after since.
func (s *stage) await(ctx context.Context, what string, since time.Time, l look) bool {
	var seen string
	err := until(ctx, patience, func(ctx context.Context) (holds bool, _ string, err error) {
		holds, seen, err = l(ctx)
		return holds, seen, err
	})
	took := time.Since(since)
	if err != nil {
		return s.report.check(false, what, oneLine(err), took)
	}
	return s.report.check(true, what, seen, took)
}
