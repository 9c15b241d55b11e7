package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// An answer that never came says nothing: what was sent is looked for by its mark, and sent again only when two looks did
// not find it.
func TestAnUnknownOutcomeIsFoundOutAndTheWriteIsMadeOnce(t *testing.T) {
	t.Parallel()
	plans := map[string]vendorsim.Plan{
		"the-answer-is-lost":        {LoseAnswers: 1},
		"500-before-the-commit":     {FailBeforeCommit: 1},
		"502-page-before-commit":    {FailBeforeCommit: 1, HTMLErrors: true},
		"500-after-the-commit":      {FailAfterCommit: 1},
		"silence-after-the-commit":  {HangAfterApply: vendorsim.Hang{Rate: 1, AfterMS: 60_000}},
		"it-is-too-slow-to-be-told": {LatencyMS: 2_000},
		"it-is-away":                {Outage: true},
	}
	var tenants []*simulator
	for name := range plans {
		tenants = append(tenants, simulate(t, name, sim.Config{Tickets: 3}))
	}
	r := start(t, with{"jobs.attempt": "1500ms", "jobs.lease": "2s", "halo.settling": "1500ms", "pools.work": 16}, tenants...)
	for _, v := range tenants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			c := r.of(v).in(t)
			until(t, "the backfill is over", func() string { return unswept(c.status()) })
			for _, route := range []string{"/api/tickets", "/api/actions"} {
				plan := plans[v.name]
				plan.Routes = []string{route}
				c.misbehaves(plan)
				c.oneOfEach(t, route)
			}
			c.agrees()
		})
	}
}

// oneOfEach makes one write of each kind that a route takes, and lets the vendor calm down when each has failed once.
func (c tenant) oneOfEach(t testing.TB, route string) {
	t.Helper()
	var jobs []string
	var made *psav1.Ticket
	if route == "/api/actions" {
		jobs = append(jobs, c.note(c.called(10001), "Said once.").GetMirror().GetPendingWrites()[0].GetJob())
	} else {
		made = c.create(&psav1.Ticket{Summary: "Made once", Agent: "4"})
		jobs = append(jobs, made.GetMirror().GetPendingWrites()[0].GetJob())
		jobs = append(jobs, c.summarize(c.called(10002), "set").GetMirror().GetPendingWrites()[0].GetJob())
	}
	until(t, "each write has failed once", func() string {
		for _, name := range jobs {
			if j := c.job(name); len(j.GetAttempts()) == 0 && c.plan().LoseAnswers == 0 {
				return j.String()
			}
		}
		return ""
	})
	c.misbehaves(vendorsim.Plan{})
	if route == "/api/actions" {
		c.noted(c.called(10001))
		if n := len(c.ours("action", "create")); n != 1 {
			t.Errorf("the note was written %d times", n)
		}
		return
	}
	c.confirmed(made.GetName())
	c.confirmed(c.called(10002))
	c.once(made)
}

func TestWhatIsCreatedIsNotLostWhileTheVendorSaysThatItIsNotThere(t *testing.T) {
	t.Parallel()
	acme := start(t, with{"halo.second_look": "1500ms", "halo.sweep.tickets": "1h", "halo.sweep.notes": "1h"},
		simulate(t, "acme", sim.Config{Tickets: 1})).only()
	until(t, "the backfill is over", func() string { return unswept(acme.status()) })
	acme.misbehaves(vendorsim.Plan{AbsentAfterCreateSeconds: 0.8})
	seen := acme.watch(t)
	made := acme.create(&psav1.Ticket{Summary: "ours"})
	acme.summarize(made.GetName(), "changed at once")
	acme.note(made.GetName(), "Noted at once.")
	theirs := acme.edit(0, "summary", "logged by a person")
	acme.confirmed(made.GetName())
	acme.noted(made.GetName())
	acme.agrees()
	until(t, "the watcher has seen the person's ticket", func() string { return seen.lacks(acme.called(theirs), "logged by a person") })
	for _, x := range seen.all() {
		if x.GetMirror().GetDeleteTime() != nil {
			t.Errorf("shown as deleted: %v", x)
		}
	}
	acme.once(made)
}

func TestStaleReadsNeverShowOldValuesOverNewerOnes(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 2}).switched(func(s *sim.Switches) { s.NocacheIsFresh = false })
	acme := start(t, with{"halo.read_lag": "600ms"}, v).only()
	until(t, "the backfill is over", func() string { return unswept(acme.status()) })
	acme.misbehaves(vendorsim.Plan{StaleReadSeconds: 0.5})
	seen := acme.watch(t)
	name := acme.called(10001)
	said := []string{acme.ticket(name).GetSummary(), "first", "second", "third", "fourth"}
	for _, summary := range said[1:] {
		acme.summarize(name, summary)
		acme.confirmed(name)
	}
	acme.edit(10001, "summary", "a person's")
	said = append(said, "a person's")
	acme.agrees()
	until(t, "the watcher has seen the last", func() string { return seen.lacks(name, "a person's") })
	last := 0
	for _, x := range seen.all() {
		if x.GetName() != name {
			continue
		}
		for said[last] != x.GetSummary() {
			if last++; last == len(said) {
				t.Fatalf("%q was shown after something newer: %v", x.GetSummary(), seen.all())
			}
		}
	}
}

// watched is what a subscriber is told.
type watched struct {
	mu   sync.Mutex
	told []*psav1.Ticket
}

// watch subscribes to the tickets of c; it returns when nothing that happens from now on is missed.
func (c tenant) watch(t testing.TB) *watched {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stream, err := c.via.tickets.WatchTickets(ctx, &psav1.WatchTicketsRequest{Parent: c.parent()})
	asked(c, stream, err)
	w, begun, ended := &watched{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		begin := sync.OnceFunc(func() { close(begun) })
		defer begin()
		for {
			m, err := stream.Recv()
			if err != nil {
				if ctx.Err() == nil && !errors.Is(err, io.EOF) {
					t.Errorf("the watch ended with %v", err)
				}
				return
			}
			begin()
			w.add(m.GetTicket())
		}
	}()
	t.Cleanup(func() { cancel(); <-ended })
	<-begun
	return w
}

func (w *watched) add(t *psav1.Ticket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t != nil {
		w.told = append(w.told, t)
	}
}

func (w *watched) all() []*psav1.Ticket {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.told[:len(w.told):len(w.told)]
}

func (w *watched) lacks(name, summary string) string {
	for _, t := range w.all() {
		if t.GetName() == name && t.GetSummary() == summary {
			return ""
		}
	}
	return "not told of " + summary
}
