package adapter

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/change"
	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/journal"
)

const (
	forgetEvery = time.Minute
	forgetChunk = 5000 // rows a statement, so that none holds locks for long
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
	now, keep := time.Now(), s.settings.Retention
	for what, f := range map[string]func() (int64, error){
		"jobs":       func() (int64, error) { return s.jobs.Forget(ctx, now.Add(-keep.Jobs), forgetChunk) },
		"changes":    func() (int64, error) { return change.Forget(ctx, s.work, now.Add(-keep.Changes), forgetChunk) },
		"deliveries": func() (int64, error) { return delivery.Forget(ctx, s.work, now.Add(-keep.Deliveries), forgetChunk) },
		"calls":      func() (int64, error) { return journal.DeleteBefore(ctx, s.work, now.Add(-keep.Calls)) },
	} {
		if _, err := f(); err != nil {
			return fmt.Errorf("forget %s: %w", what, err)
		}
	}
	return nil
}
