package demo

import (
	"context"
	"fmt"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// jetStreamDeleted takes away what moves the jobs, while there are jobs to move.
func jetStreamDeleted(ctx context.Context, s *stage) error {
	last, err := s.vendor.last(ctx)
	if err != nil {
		return err
	}
	before, after, to := s.tickets[200:220], s.tickets[220:230], asked{}
	if err := s.vendor.misbehave(ctx, map[string]any{"outage": true}); err != nil {
		return err
	}
	s.report.did("Halo is gone, so that jobs have to wait")
	took, err := s.change(ctx, to, before, 2, "Queued when JetStream was lost")
	s.report.check(err == nil, "40 writes to 20 tickets accepted", fmt.Sprintf("%d of 40, %s", to.count(), took), took.sum())
	if err != nil {
		return err
	}
	c, err := s.adapter.state(ctx)
	if err != nil {
		return err
	}
	s.report.check(c.GetPendingWrites() == 40, "all queued", fmt.Sprintf("%d pending", c.GetPendingWrites()), 0)
	began := time.Now()
	if err := s.stack.WipeJetStream(); err != nil {
		return err
	}
	s.report.saw("JetStream is stopped, its store deleted", "an empty one at the same address", time.Since(began))
	more, err := s.change(ctx, to, after, 2, "Written after JetStream was lost")
	s.report.check(err == nil, "20 more writes accepted", fmt.Sprintf("%d of 20, %s", len(more), more), more.sum())
	if err != nil {
		return err
	}
	if err := s.vendor.calm(ctx); err != nil {
		return err
	}
	s.report.did("Halo is back")
	back := time.Now()
	if err := s.awaitArrival(ctx, to, last, back); err != nil {
		return err
	}
	s.await(ctx, "both replicas are connected again", began, s.connected)
	return nil
}

// connected looks whether every replica has a JetStream.
func (s *stage) connected(ctx context.Context) (bool, string, error) {
	n := 0
	for _, r := range s.adapter.replicas {
		st, err := r.status.GetStatus(ctx, &adapterv1.GetStatusRequest{})
		if err != nil {
			return false, "", err
		}
		if st.GetJetstreamConnected() {
			n++
		}
	}
	return n == len(s.adapter.replicas), fmt.Sprintf("%d of %d", n, len(s.adapter.replicas)), nil
}
