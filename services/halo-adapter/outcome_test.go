package main

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestWhatIsCreatedIsNotLostWhileTheVendorSaysThatItIsNotThere(t *testing.T) {
	t.Parallel()
	acme := alone(t, with{"halo.second_look": "1500ms", "halo.sweep.tickets": "1h", "halo.sweep.notes": "1h"},
		simulate(t, "acme", sim.Config{Tickets: 1}))
	acme.Filled()
	acme.Misbehaves(vendorsim.Plan{AbsentAfterCreateSeconds: 0.8})
	seen := acme.watch(t)
	made := acme.create(&psav1.Ticket{Summary: "ours"})
	acme.summarize(made.GetName(), "changed at once")
	acme.note(made.GetName(), "Noted at once.")
	theirs := acme.edit(0, "summary", "logged by a person")
	acme.confirmed(made.GetName())
	acme.noted(made.GetName())
	acme.Agrees()
	adaptertest.Until(t, "the watcher has seen the person's ticket", func() string { return seen.lacks(acme.called(theirs), "logged by a person") })
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
	acme := alone(t, with{"halo.read_lag": "600ms"}, v)
	acme.Filled()
	acme.Misbehaves(vendorsim.Plan{StaleReadSeconds: 0.5})
	seen := acme.watch(t)
	name := acme.called(10001)
	said := []string{acme.ticket(name).GetSummary(), "first", "second", "third", "fourth"}
	for _, summary := range said[1:] {
		acme.summarize(name, summary)
		acme.confirmed(name)
	}
	acme.edit(10001, "summary", "a person's")
	said = append(said, "a person's")
	acme.Agrees()
	adaptertest.Until(t, "the watcher has seen the last", func() string { return seen.lacks(name, "a person's") })
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
	stream, err := c.tickets.WatchTickets(ctx, &psav1.WatchTicketsRequest{Parent: c.Parent()})
	adaptertest.Asked(c, stream, err)
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
