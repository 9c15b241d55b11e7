package demo

import (
	"context"
	"fmt"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// change asks for one change after the other of each named ticket, in rounds, and adds to what was asked for.
func (s *stage) change(ctx context.Context, to asked, names []string, rounds int, text string) (latencies, error) {
	var took latencies
	for range rounds {
		for _, name := range names {
			id := idOf(name)
			summary := fmt.Sprintf("%s, change %d", text, len(to[id])+1)
			began := time.Now()
			if _, err := s.adapter.update(ctx, &psav1.Ticket{Name: name, Summary: summary}, "summary"); err != nil {
				return took, fmt.Errorf("ticket %s: %w", id, err)
			}
			took = append(took, time.Since(began))
			to[id] = append(to[id], summary)
		}
	}
	return took, nil
}

// checkVisible checks that each ticket shows its last change and has all of them pending.
func (s *stage) checkVisible(ctx context.Context, names []string, to asked) error {
	tickets, err := s.adapter.getAll(ctx, names)
	if err != nil {
		return err
	}
	pending, shown := 0, 0
	for _, t := range tickets {
		want := to[idOf(t.GetName())]
		pending += len(t.GetMirror().GetPendingWrites())
		if t.GetSummary() == want[len(want)-1] {
			shown++
		}
	}
	s.report.check(pending == to.count() && shown == len(names), "all visible at once, as pending",
		fmt.Sprintf("%d pending, %d tickets show the last", pending, shown), 0)
	return nil
}

// awaitArrival waits until all that was asked for is at the vendor, and checks that each came once and in order.
func (s *stage) awaitArrival(ctx context.Context, to asked, last uint64, since time.Time) error {
	s.await(ctx, fmt.Sprintf("all %d arrive", to.count()), since, func(ctx context.Context) (bool, string, error) {
		changes, err := s.vendor.changes(ctx, last)
		got := arrived(to, changes)
		return got.came == to.count(), fmt.Sprintf("%d of %d in Halo's ledger", got.came, to.count()), err
	})
	s.await(ctx, "all confirmed", since, func(ctx context.Context) (bool, string, error) {
		c, err := s.adapter.state(ctx)
		return c.GetPendingWrites() == 0, fmt.Sprintf("%d pending", c.GetPendingWrites()), err
	})
	changes, err := s.vendor.changes(ctx, last) // once no write is under way: a second one would have come by now
	if err != nil {
		return err
	}
	got := arrived(to, changes)
	s.checkNone("in order, ticket by ticket", several(len(to), "ticket"), got.disordered)
	s.checkNone("none twice", fmt.Sprintf("%s made, %d asked for", several(len(changes), "change"), to.count()), got.doubled)
	if len(got.missing) > 0 {
		s.checkNone("none lost", "", got.missing)
	}
	if len(got.foreign) > 0 {
		s.checkNone("nothing that nobody asked for", "", got.foreign)
	}
	return nil
}

func (s *stage) checkNone(what, seen string, wrong []string) {
	if len(wrong) > 0 {
		seen = "not so: " + some(wrong)
	}
	s.report.check(len(wrong) == 0, what, seen, 0)
}
