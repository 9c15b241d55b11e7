package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// lostAnswer lets the vendor make a ticket and lose the answer, and the webhook too, so that nobody but a look can tell. On a
// machine that is slow a sweep may come by before the look: it knows the ticket by its mark just as well, but that is not what
// is to be shown, so it is played again.
func lostAnswer(ctx context.Context, s *stage) error {
	for range 3 {
		bySweep, err := s.loseAnswer(ctx)
		if err != nil || !bySweep {
			return err
		}
		s.report.did("a sweep came by first and knew it by its mark; once more")
	}
	s.report.check(false, "looked for by its job", "a sweep was there first, three times", 0)
	return nil
}

func (s *stage) loseAnswer(ctx context.Context) (bySweep bool, err error) {
	last, err := s.vendor.last(ctx)
	if err != nil {
		return false, err
	}
	if err := s.betweenSweeps(ctx); err != nil {
		return false, err
	}
	if err := s.vendor.misbehave(ctx, map[string]any{"lose_answers": 1, "webhooks": map[string]any{"drop": 1}}); err != nil {
		return false, err
	}
	s.report.did("CreateTicket: Halo makes it, and its answer and its webhook are lost")
	began := time.Now()
	got, err := s.adapter.next().tickets.CreateTicket(ctx, &psav1.CreateTicketRequest{
		Parent: s.adapter.parent, RequestId: uuid.NewString(),
		Ticket: &psav1.Ticket{Summary: "Its answer was lost", Type: "1", Client: "2"},
	})
	if err != nil {
		return false, err
	}
	pending := got.GetMirror().GetPendingWrites()
	if !s.report.check(len(pending) == 1, "answered at once, as pending", idOf(got.GetName()), time.Since(began)) {
		return false, nil
	}
	var id string
	if !s.await(ctx, "confirmed, under Halo's id", began, func(ctx context.Context) (bool, string, error) {
		t, err := s.adapter.get(ctx, got.GetName()) // the first name stays valid
		id = idOf(t.GetName())
		return err == nil && len(t.GetMirror().GetPendingWrites()) == 0 && !strings.HasPrefix(id, "~"), id, err
	}) {
		return false, nil
	}
	j, err := s.adapter.job(ctx, pending[0].GetJob())
	if err != nil || sawBySweep(j) {
		return err == nil, err
	}
	s.checkProbed(j)
	return false, s.checkMadeOnce(ctx, last, idOf(j.GetName()), id)
}

func sawBySweep(j *adapterv1.Job) bool {
	tries := j.GetAttempts()
	return len(tries) > 0 && tries[len(tries)-1].GetAction() == "seen"
}

// betweenSweeps waits for the quiet after a sweep of tickets: one that came by would find the ticket before the probe does.
func (s *stage) betweenSweeps(ctx context.Context) error {
	return until(ctx, patience, func(ctx context.Context) (bool, string, error) {
		c, err := s.adapter.state(ctx)
		f := freshness(c, "ticket")
		left := time.Until(f.GetNextTime().AsTime())
		return !f.GetRunning() && left > 1500*time.Millisecond, fmt.Sprintf("the next sweep of tickets is %s away", span(left)), err
	})
}

// checkProbed checks that the first attempt got no answer, and that the next step was a look that found the job's mark.
func (s *stage) checkProbed(j *adapterv1.Job) {
	var steps []string
	for _, a := range j.GetAttempts() {
		steps = append(steps, a.GetAction()+" "+a.GetOutcome())
	}
	tries := j.GetAttempts()
	held := len(tries) == 2 && tries[0].GetAction() == "attempt" && tries[0].GetOutcome() != "done" &&
		tries[1].GetAction() == "probe" && tries[1].GetOutcome() == "found" && j.GetState() == adapterv1.Job_STATE_DONE
	s.report.check(held, "looked for, not repeated", strings.Join(steps, ", then "), 0)
}

// checkMadeOnce checks that the vendor made one ticket, with the job's mark.
func (s *stage) checkMadeOnce(ctx context.Context, last uint64, job, id string) error {
	changes, err := s.vendor.changes(ctx, last)
	if err != nil {
		return err
	}
	var made []string
	for _, e := range changes {
		if e.Op == "create" && strings.Contains(e.Marks["third_party_id_string"], job) {
			made = append(made, e.ID)
		}
	}
	s.report.check(len(made) == 1 && made[0] == id, "one ticket with that mark in Halo's ledger", "ticket "+strings.Join(made, ", "), 0)
	s.report.check(len(changes) == 1, "and nothing else was changed", several(len(changes), "change")+" in its ledger", 0)
	return nil
}
