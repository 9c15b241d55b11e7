package main

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestAnOutageDelaysWritesAndLosesDoublesOrReordersNone(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 5}).like(with{"breaker.min_calls": 4})
	acme := alone(t, brisk(), v)
	acme.Filled()
	acme.Misbehaves(vendorsim.Plan{Outage: true})
	names := acme.twoNewAndThreeOld()
	for round := range 4 {
		for _, name := range names {
			acme.summarize(name, "change "+strconv.Itoa(round))
		}
	}
	acme.note(names[0], "Nobody answers.")
	adaptertest.Until(t, "the breaker opens", func() string { return acme.gateIs(adapterv1.Gate_STATE_OPEN, adapterv1.Gate_STATE_HALF_OPEN) })
	for _, name := range names {
		if s := acme.ticket(name).GetSummary(); s != "change 3" {
			t.Errorf("meanwhile %s reads %q", name, s)
		}
	}
	acme.Misbehaves(vendorsim.Plan{})
	for _, name := range names {
		acme.confirmed(name)
		acme.noted(name)
		acme.inOrder(name, "change 0", "change 1", "change 2", "change 3")
	}
	acme.Agrees()
	if n := len(acme.Ours("ticket", "create")); n != 2 || acme.Status().GetDeadLetters() > 0 {
		t.Errorf("%d tickets created, want 2; %v", n, acme.Status())
	}
}

// brisk is for creates whose outcome is unknown: they wait for the deadline of the attempt.
func brisk() with { return with{"jobs.attempt": "10s", "jobs.lease": "12s"} }

// twoNewAndThreeOld are tickets; the new ones may not be at the vendor yet.
func (c tenant) twoNewAndThreeOld() []string {
	names := []string{c.called(10001), c.called(10002), c.called(10003)}
	for range 2 {
		names = append(names, c.create(&psav1.Ticket{Summary: "new"}).GetName())
	}
	return names
}

// inOrder checks that these changes of a ticket's summary, and no others, arrived in this order, each once.
func (c tenant) inOrder(name string, want ...string) {
	c.Helper()
	at := c.ticket(name).GetName()
	var got []string
	for _, e := range c.Ours("ticket", "update") {
		if s, ok := e.Fields["summary"].(string); ok && c.called(atoi(e.ID)) == at {
			got = append(got, s)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		c.Errorf("%s was changed to %v, want %v", at, got, want)
	}
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// gateIs says what the gate is, unless it is one of these.
func (c tenant) gateIs(states ...adapterv1.Gate_State) string {
	c.Helper()
	g := c.Status().GetGate()
	for _, s := range states {
		if g.GetState() == s {
			return ""
		}
	}
	return g.String()
}

func TestTwoReplicasMakeEachWriteOnceAndInOrderWithinTheBudget(t *testing.T) {
	t.Parallel()
	const calls, window = 100, "1s"
	v := simulate(t, "acme", sim.Config{Tickets: 6, Limit: calls, Window: 1_000_000_000}).
		like(with{"limit.calls": calls, "limit.window": window, "limit.burst": 20})
	k := prepare(t, nil, v)
	first, second := k.start("a", ""), k.start("b", adaptertest.Address(t))
	acme := first.of(v)
	acme.Filled()
	var writers sync.WaitGroup
	for n := range 6 {
		writers.Go(func() {
			for round := range 10 {
				c := acme.through([]*replica{first, second}[(n+round)%2])
				c.summarize(c.called(10001+n), "change "+strconv.Itoa(round))
			}
		})
	}
	writers.Wait()
	for n := range 6 {
		name := acme.called(10001 + n)
		acme.confirmed(name)
		acme.inOrder(name, "change 0", "change 1", "change 2", "change 3", "change 4", "change 5", "change 6", "change 7", "change 8", "change 9")
	}
	acme.Agrees()
	for _, kind := range []string{"POST /api/tickets", "GET /api/tickets", "GET /api/actions", "GET /api/tickets/{id}"} {
		if n := acme.Requests()[kind+" 429"]; n > 0 {
			t.Errorf("%d of %s were beyond the vendor's limit", n, kind)
		}
	}
}

func TestWhatJetStreamLosesIsNotLost(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 5})
	k := prepare(t, brisk(), v)
	acme := k.start("a", "").of(v)
	acme.Filled()
	acme.Misbehaves(vendorsim.Plan{Outage: true})
	names := acme.twoNewAndThreeOld()
	write := func(round int) {
		for _, name := range names {
			acme.summarize(name, "change "+strconv.Itoa(round))
		}
	}
	write(0)
	adaptertest.Asked(k, 0, k.NATS.WipeStore())
	write(1)
	k.NATS.Halt()
	write(2)
	acme.Misbehaves(vendorsim.Plan{})
	for _, name := range names {
		acme.confirmed(name)
	}
	adaptertest.Asked(k, 0, k.NATS.Restart())
	adaptertest.Until(t, "it is connected again", func() string {
		s, err := acme.Via.Adapter.GetStatus(t.Context(), &adapterv1.GetStatusRequest{})
		return adaptertest.Missing(true, adaptertest.Asked(acme, s, err).GetJetstreamConnected())
	})
	write(3)
	for _, name := range names {
		acme.confirmed(name)
		acme.inOrder(name, "change 0", "change 1", "change 2", "change 3")
	}
	acme.Agrees()
}

func TestAStopFinishesWhatHasBegunAndItsHeirDoesTheRest(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 3})
	k := prepare(t, nil, v)
	first := k.start("a", "")
	acme := first.of(v)
	acme.Filled()
	acme.Misbehaves(vendorsim.Plan{LatencyMS: 2000, Routes: []string{"/api/tickets"}})
	made := acme.create(&psav1.Ticket{Summary: "under way"})
	job := made.GetMirror().GetPendingWrites()[0].GetJob()
	adaptertest.Until(t, "it is under way", func() string { return adaptertest.Missing(adapterv1.Job_STATE_CLAIMED, acme.Job(job).GetState()) })
	for n := range 3 {
		acme.summarize(made.GetName(), "change "+strconv.Itoa(n))
	}
	first.Stop()
	acme.once(made) // before anybody could have looked again
	acme.Misbehaves(vendorsim.Plan{})
	acme = acme.through(k.start("b", ""))
	acme.confirmed(made.GetName())
	acme.inOrder(made.GetName(), "change 0", "change 1", "change 2")
	acme.once(made)
	acme.Agrees()
}
