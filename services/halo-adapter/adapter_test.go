package main

import (
	"strings"
	"testing"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestABackfillBringsEveryTicketAndNote(t *testing.T) {
	t.Parallel()
	at := &clock{}
	v := simulate(t, "acme", sim.Config{Tickets: 150, Seed: 1, Clock: at.Now})
	at.stand(time.Now().Add(-time.Hour))
	for range 220 { // more than two pages of one stamp
		v.edit(0, "summary", "imported")
	}
	at.stand(time.Time{})
	k := prepare(t, nil, v)
	v.Silence()
	acme := k.start("a", "").of(v)
	n := 0
	adaptertest.Until(t, "it is swept to the end", func() string {
		v.edit(10001+n*17%370, "summary", "edited meanwhile")
		n++
		return acme.Unfilled()
	})
	acme.Agrees()
}

func TestAWriteIsPendingAtOnceAndThenConfirmed(t *testing.T) {
	t.Parallel()
	acme := alone(t, nil, simulate(t, "acme", sim.Config{}))
	acme.Misbehaves(vendorsim.Plan{LatencyMS: 200, Routes: []string{"/api/tickets"}})
	asked := &psav1.Ticket{Summary: "Printer offline", Details: "Again.", Status: "2", Client: "12", Agent: "3", Team: "Projects"}
	made := acme.create(asked)
	now := acme.ticket(made.GetName())
	for _, m := range []*psav1.Ticket{made, now} {
		w := m.GetMirror().GetPendingWrites()
		if len(w) != 1 || w[0].GetState() != typev1.PendingWrite_STATE_QUEUED || m.GetSummary() != asked.GetSummary() ||
			m.GetState() != psav1.Ticket_STATE_IN_PROGRESS || !strings.HasPrefix(m.GetName(), acme.Parent()+"/tickets/~") {
			t.Errorf("at once: %v", m)
		}
	}
	if t1 := acme.confirmed(made.GetName()); t1.GetName() != acme.called(10001) || t1.GetUid() != made.GetUid() {
		t.Errorf("confirmed: %v", t1)
	}
	closing := acme.update(&psav1.Ticket{Name: made.GetName(), Status: "9"}, "status")
	if closing.GetState() != psav1.Ticket_STATE_CLOSED || len(closing.GetMirror().GetPendingWrites()) != 1 {
		t.Errorf("closing: %v", closing)
	}
	acme.note(made.GetName(), "Line one.\nLine <two> & three.")
	acme.confirmed(made.GetName())
	acme.noted(made.GetName())
	acme.Agrees()
	if gone := acme.delete(acme.called(10001)); gone.GetMirror().GetDeleteTime() == nil {
		t.Errorf("deleting: %v", gone)
	}
	acme.confirmed(made.GetName())
	acme.Agrees()
	acme.once(made)
}

func TestAPersonsChangeArrivesByWebhook(t *testing.T) {
	t.Parallel()
	var vendors []*simulator
	for name, move := range map[string]func(*sim.Switches){
		"full":    func(s *sim.Switches) { s.WebhookPayload = "full" },
		"small":   func(s *sim.Switches) { s.WebhookPayload = "small" },
		"event":   func(s *sim.Switches) { s.WebhookPayload = "event" },
		"batched": func(s *sim.Switches) { s.WebhookBatched = true },
		"body":    func(s *sim.Switches) { s.DeletedGet = "body" },
		"unmoved": func(s *sim.Switches) { s.ActionsMoveStamp, s.DeletesMoveStamp = false, false },
	} {
		vendors = append(vendors, simulate(t, name, sim.Config{Tickets: 10}).switched(move))
	}
	r := start(t, with{"halo.sweep.tickets": "1h", "halo.sweep.notes": "1h"}, vendors...)
	for _, v := range vendors {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			c := r.of(v).in(t)
			c.Filled()
			c.edit(10002, "status_id", 9)
			c.at.remark(10003, "Called, no answer.")
			c.at.remove(10004)
			born := c.edit(0, "summary", "Logged by phone")
			c.Agrees()
			c.at.remark(born, "At the door.")
			c.Agrees()
		})
	}
}

func TestARefusedWriteIsTakenBackAndSaysWhy(t *testing.T) {
	t.Parallel()
	acme := alone(t, nil, simulate(t, "acme", sim.Config{Tickets: 2}))
	acme.Swept()
	before := acme.ticket(acme.called(10001))
	pending := acme.update(&psav1.Ticket{Name: before.GetName(), Status: "77", Summary: "with a status of nobody's"}, "status", "summary")
	if pending.GetStatus() != "77" {
		t.Errorf("at once: %v", pending)
	}
	after := acme.refused(before.GetName())
	if r := after.GetMirror().GetRefusal(); r.GetReason() != "REFUSED" || r.GetMessage() != "Invalid status" || len(r.GetPaths()) != 2 {
		t.Errorf("refusal: %v", r)
	}
	if after.GetStatus() != before.GetStatus() || after.GetSummary() != before.GetSummary() || after.GetEtag() != before.GetEtag() {
		t.Errorf("taken back to %v, was %v", after, before)
	}
	acme.Misbehaves(vendorsim.Plan{LatencyMS: 100, Routes: []string{"/api/tickets"}})
	unborn := acme.create(&psav1.Ticket{Summary: "never made", Status: "77"})
	follower := acme.summarize(unborn.GetName(), "builds on it").GetMirror().GetPendingWrites()[1].GetJob()
	if r := acme.refused(unborn.GetName()).GetMirror().GetRefusal(); r.GetReason() != "REFUSED" || r.GetOperation() != "CreateTicket" {
		t.Errorf("refusal of a create: %v", r)
	}
	if j := acme.Job(follower); j.GetDeadLetterReason() != "PREDECESSOR" || acme.Status().GetDeadLetters() != 3 {
		t.Errorf("what builds on it: %v", j)
	}
	acme.Agrees() // it is not listed
	acme.summarize(before.GetName(), "written over")
	acme.confirmed(before.GetName())
}

func TestAGuardedWriteDoesNotGoOverAPersonsChange(t *testing.T) {
	t.Parallel()
	acme := alone(t, nil, simulate(t, "acme", sim.Config{Tickets: 3}))
	acme.Swept()
	acme.Misbehaves(vendorsim.Plan{FailBeforeCommit: 1, Routes: []string{"/api/tickets"}})
	seen := acme.update(&psav1.Ticket{Name: acme.called(10001), Team: "Projects"}, "team") // which the next waits for
	guarded := acme.update(&psav1.Ticket{Name: seen.GetName(), Summary: "ours", Etag: seen.GetEtag()}, "summary")
	elsewhere := acme.update(&psav1.Ticket{Name: acme.called(10002), Summary: "ours"}, "summary")
	for _, id := range []int{10001, 10002} {
		acme.edit(id, "summary", "a person's")
		acme.edit(id, "status_id", 3)
	}
	adaptertest.Until(t, "the mirror knows of the person's change", func() string {
		return adaptertest.Missing("3", acme.ticket(seen.GetName()).GetStatus(), acme.ticket(elsewhere.GetName()).GetStatus())
	})
	acme.Misbehaves(vendorsim.Plan{})
	job := acme.Job(guarded.GetMirror().GetPendingWrites()[1].GetJob())
	adaptertest.Until(t, "it is superseded", func() string {
		job = acme.Job(job.GetName())
		if job.GetState() != adapterv1.Job_STATE_DEAD || job.GetDeadLetterReason() != "SUPERSEDED" {
			return job.String()
		}
		return ""
	})
	acme.confirmed(elsewhere.GetName())
	acme.Agrees()
	if now := acme.ticket(elsewhere.GetName()); now.GetSummary() != "ours" {
		t.Errorf("an unguarded write gave way: %v", now)
	}
}
