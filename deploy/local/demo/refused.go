package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// noStatus is a status id that the simulated tenant does not have.
const noStatus = "4711"

// refusedWrite asks for what the vendor does not accept.
func refusedWrite(ctx context.Context, s *stage) error {
	name := s.tickets[60]
	before, err := s.adapter.get(ctx, name)
	if err != nil {
		return err
	}
	dead, err := s.adapter.state(ctx)
	if err != nil {
		return err
	}
	s.report.did("UpdateTicket %s sets status %s, which this Halo does not have", idOf(name), noStatus)
	began := time.Now()
	got, err := s.adapter.update(ctx, &psav1.Ticket{Name: name, Status: noStatus}, "status")
	took := time.Since(began)
	if err != nil {
		return err
	}
	pending := got.GetMirror().GetPendingWrites()
	if !s.report.check(len(pending) == 1 && got.GetStatus() == noStatus, "answered at once, as pending", "status "+got.GetStatus(), took) {
		return nil
	}
	var now *psav1.Ticket
	if !s.await(ctx, "the ticket shows again what Halo has", began, func(ctx context.Context) (_ bool, _ string, err error) {
		now, err = s.adapter.get(ctx, name)
		return len(now.GetMirror().GetPendingWrites()) == 0 && now.GetStatus() == before.GetStatus(), "status " + now.GetStatus(), err
	}) {
		return nil
	}
	r := now.GetMirror().GetRefusal()
	s.report.check(r.GetReason() == "REFUSED" && slices.Equal(r.GetPaths(), []string{"status"}) && strings.Contains(r.GetMessage(), "Invalid status"),
		"and says what was refused, and why", fmt.Sprintf("%s of %s: %q", r.GetReason(), strings.Join(r.GetPaths(), ", "), r.GetMessage()), 0)
	if err := s.checkDead(ctx, pending[0].GetJob(), dead.GetDeadLetters()); err != nil {
		return err
	}
	return s.checkSame(ctx, []string{name})
}

// checkDead checks that a job is a dead letter with the vendor's own reason, after one attempt.
func (s *stage) checkDead(ctx context.Context, name string, before int64) error {
	j, err := s.adapter.job(ctx, name)
	if err != nil {
		return err
	}
	c, err := s.adapter.state(ctx)
	if err != nil {
		return err
	}
	tries := j.GetAttempts()
	if !s.report.check(len(tries) == 1, "tried once: repeating it would be noise", several(len(tries), "attempt"), 0) {
		return nil
	}
	a := tries[0]
	s.report.check(j.GetState() == adapterv1.Job_STATE_DEAD && j.GetDeadLetterReason() == "REFUSED" && a.GetStatus() == 400 && strings.Contains(a.GetMessage(), "Invalid status"),
		"a dead letter with Halo's reason", fmt.Sprintf("%s, HTTP %d %q", j.GetDeadLetterReason(), a.GetStatus(), a.GetMessage()), 0)
	s.report.check(c.GetDeadLetters() == before+1, "counted for those on duty", fmt.Sprintf("%s, %d before", several(c.GetDeadLetters(), "dead letter"), before), 0)
	return nil
}
