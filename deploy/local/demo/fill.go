package demo

import (
	"context"
	"fmt"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// fillLimit bounds the first sweep of one kind.
const fillLimit = 2 * time.Minute

// fill waits for the first sweep of the empty mirror, kind by kind, and learns the names of the tickets.
func (s *stage) fill(ctx context.Context) error {
	s.report.line("\nFilling an empty mirror from Halo, sweeping as after any break:\n")
	for _, kind := range []string{"ticket", "note"} {
		if err := s.fillKind(ctx, kind); err != nil {
			return fmt.Errorf("%ss: %w", kind, err)
		}
	}
	var err error
	if s.tickets, err = s.names(ctx); err != nil {
		return err
	}
	if len(s.tickets) != tickets {
		return fmt.Errorf("it lists %d tickets, and Halo has %d", len(s.tickets), tickets)
	}
	return until(ctx, fillLimit, func(ctx context.Context) (bool, string, error) {
		c, err := s.shop.state(ctx)
		for _, f := range c.GetFreshness() {
			if f.GetSweptTime() == nil {
				return false, "Stripe's " + f.GetKind() + "s are not filled", err
			}
		}
		return len(c.GetFreshness()) > 0, "", err
	})
}

func (s *stage) fillKind(ctx context.Context, kind string) error {
	p := s.report.progress(kind + "s")
	if kind == "ticket" {
		p.expect(tickets)
	}
	err := until(ctx, fillLimit, func(ctx context.Context) (bool, string, error) {
		c, err := s.adapter.state(ctx)
		if err != nil {
			return false, "", err
		}
		f := freshness(c, kind)
		p.expect(int(f.GetExpectedRows()))
		p.reached(int(f.GetRows()))
		return f.GetSweptTime() != nil, fmt.Sprintf("%d of %d rows, gate %s, sweep's error %q", f.GetRows(), f.GetExpectedRows(), gateWord(c.GetGate()), f.GetError()), nil
	})
	if err == nil {
		p.finish()
	}
	return err
}

func freshness(c *adapterv1.Connection, kind string) *adapterv1.Freshness {
	for _, f := range c.GetFreshness() {
		if f.GetKind() == kind {
			return f
		}
	}
	return nil
}

// names are the names of all tickets, page by page.
func (s *stage) names(ctx context.Context) (names []string, err error) {
	for token := ""; ; {
		page, err := s.adapter.next().tickets.ListTickets(ctx, &psav1.ListTicketsRequest{Parent: s.adapter.parent, PageSize: 500, PageToken: token})
		if err != nil {
			return nil, err
		}
		for _, t := range page.GetTickets() {
			names = append(names, t.GetName())
		}
		if token = page.GetNextPageToken(); token == "" {
			return names, nil
		}
	}
}
