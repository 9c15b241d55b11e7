package demo

import (
	"context"
	"fmt"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// slowly is how long the vendor takes for a call in the scene of one write, so that one sees who waits for it.
const slowly = 300 * time.Millisecond

// write follows one change from the caller to the vendor and back.
func write(ctx context.Context, s *stage) error {
	name, summary := s.tickets[17], "A write, followed on its way"
	last, err := s.vendor.last(ctx)
	if err != nil {
		return err
	}
	if err := s.vendor.misbehave(ctx, map[string]any{"latency_ms": slowly.Milliseconds()}); err != nil {
		return err
	}
	s.report.did("Halo takes %s for every call; UpdateTicket %s, times are from that call on", span(slowly), idOf(name))
	began := time.Now()
	got, err := s.adapter.update(ctx, &psav1.Ticket{Name: name, Summary: summary}, "summary")
	if err != nil {
		return err
	}
	accepted := time.Now()
	if !s.checkPending("answered at once, as pending", got, summary, began) {
		return nil
	}
	other, err := s.adapter.get(ctx, name)
	if err != nil {
		return err
	}
	s.checkPending("the other replica shows it too", other, summary, began)
	if err := until(ctx, patience, s.settled(name)); err != nil {
		return fmt.Errorf("confirmed: %w", err)
	}
	confirmed := time.Since(began)
	if err := s.followed(ctx, got.GetMirror().GetPendingWrites()[0].GetJob(), last, began, accepted); err != nil {
		return err
	}
	s.report.check(true, "confirmed", "nothing is pending any more", confirmed)
	return nil
}

// checkPending checks that a ticket shows a change that is on its way.
func (s *stage) checkPending(what string, t *psav1.Ticket, summary string, began time.Time) bool {
	n, shown := len(t.GetMirror().GetPendingWrites()), "the old summary"
	if t.GetSummary() == summary {
		shown = "the new summary"
	}
	return s.report.check(n == 1 && t.GetSummary() == summary, what, several(n, "pending write")+", "+shown, time.Since(began))
}

// settled looks whether a ticket has no pending writes.
func (s *stage) settled(name string) look {
	return func(ctx context.Context) (bool, string, error) {
		t, err := s.adapter.get(ctx, name)
		n := len(t.GetMirror().GetPendingWrites())
		return n == 0, several(n, "pending write"), err
	}
}

// followed tells the steps of a job that is done, all from when the caller began.
func (s *stage) followed(ctx context.Context, name string, since uint64, began, accepted time.Time) error {
	j, err := s.adapter.job(ctx, name)
	if err != nil {
		return err
	}
	changes, err := s.vendor.changes(ctx, since)
	if err != nil {
		return err
	}
	tries := j.GetAttempts()
	done := j.GetState() == adapterv1.Job_STATE_DONE && len(tries) == 1
	if !s.report.check(done && len(changes) == 1, "sent once", fmt.Sprintf("%s, %s in Halo's ledger", several(len(tries), "attempt"), several(len(changes), "change")), 0) {
		return nil
	}
	at := changes[0].At
	s.report.saw("… picked up by a worker", "", tries[0].GetStartTime().AsTime().Sub(began))
	s.report.saw("… changed at Halo", "", at.Sub(began))
	s.report.saw("… Halo's answer is back", "and settled in one transaction", tries[0].GetEndTime().AsTime().Sub(began))
	s.report.check(at.After(accepted), "the caller did not wait for Halo", "answered "+span(at.Sub(accepted))+" before Halo had it", 0)
	return nil
}
