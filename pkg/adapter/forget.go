package adapter

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/journal"
)

const (
	forgetEvery = time.Minute
	forgetChunk = 5000 // rows a statement, so that none holds locks for long
	maxPortions = 100  // a minute and table
)

// forget deletes what has been kept for long enough, in bounded portions. Every replica does; none waits for another.
func (s *service) forget(ctx context.Context) error {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := s.forgetOnce(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "old rows not deleted", "error", err)
			}
		}
	}
}

func (s *service) forgetOnce(ctx context.Context) error {
	var now time.Time // Postgres's: a replica whose clock is fast would forget too much
	if err := s.work.QueryRow(ctx, "select now()").Scan(&now); err != nil {
		return fmt.Errorf("ask the time: %w", err)
	}
	keep := s.settings.Retention
	jobs := portions(func() (int64, error) { return s.jobs.Forget(ctx, now.Add(-keep.Jobs), forgetChunk) })
	changes := portions(func() (int64, error) { return change.Forget(ctx, s.work, now.Add(-keep.Changes), forgetChunk) })
	deliveries := portions(func() (int64, error) { return delivery.Forget(ctx, s.work, now.Add(-keep.Deliveries), forgetChunk) })
	_, calls := journal.DeleteBefore(ctx, s.work, now.Add(-keep.Calls))
	return errors.Join(jobs, changes, deliveries, calls)
}

// portions forgets until nothing is left to forget, or for long enough: the next minute goes on.
func portions(forget func() (int64, error)) error {
	for range maxPortions {
		if n, err := forget(); err != nil || n < forgetChunk {
			return err
		}
	}
	return nil
}
