package demo

import (
	"context"
	"fmt"
	"time"
)

// droppedWebhooks changes tickets at the vendor and loses every webhook about them.
func droppedWebhooks(ctx context.Context, s *stage) error {
	names := s.tickets[100:125]
	before, err := s.adapter.state(ctx)
	if err != nil {
		return err
	}
	lost, err := s.vendor.stats(ctx)
	if err != nil {
		return err
	}
	if err := s.vendor.misbehave(ctx, map[string]any{"webhooks": map[string]any{"drop": 1}}); err != nil {
		return err
	}
	began := time.Now()
	for _, name := range names {
		if err := s.vendor.edit(ctx, idOf(name), map[string]any{"summary": editedTo(name)}); err != nil {
			return err
		}
	}
	s.report.did("%d tickets are edited at Halo, and no webhook comes through", len(names))
	s.await(ctx, "webhooks lost", began, func(ctx context.Context) (bool, string, error) {
		now, err := s.vendor.stats(ctx)
		n := now.Webhooks.Dropped - lost.Webhooks.Dropped
		return n >= len(names), fmt.Sprintf("%d lost, %d delivered", n, now.Webhooks.Sent-lost.Webhooks.Sent), err
	})
	s.await(ctx, "the next sweep finds them", began, s.shown(names))
	s.await(ctx, "and counts them as missed", began, func(ctx context.Context) (bool, string, error) {
		now, err := s.adapter.state(ctx)
		n := now.GetMissedDeliveries() - before.GetMissedDeliveries()
		return n == int64(len(names)), fmt.Sprintf("%d missed deliveries more (%d → %d)", n, before.GetMissedDeliveries(), now.GetMissedDeliveries()), err
	})
	return s.checkSame(ctx, names)
}

func editedTo(name string) string { return "Edited at Halo, unannounced (" + idOf(name) + ")" }

// shown looks whether the mirror shows the edits.
func (s *stage) shown(names []string) look {
	return func(ctx context.Context) (bool, string, error) {
		tickets, err := s.adapter.getAll(ctx, names)
		n := 0
		for _, t := range tickets {
			if t.GetSummary() == editedTo(t.GetName()) {
				n++
			}
		}
		return n == len(names), fmt.Sprintf("%d of %d edits in the mirror", n, len(names)), err
	}
}
