package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
)

// outage takes the vendor away while people go on reading and writing.
func outage(ctx context.Context, s *stage) error {
	last, err := s.vendor.last(ctx)
	if err != nil {
		return err
	}
	names, to := s.tickets[20:40], asked{}
	if err := s.vendor.misbehave(ctx, map[string]any{"outage": true}); err != nil {
		return err
	}
	gone := time.Now()
	s.report.did("Halo is gone: it closes every connection")
	took, err := s.change(ctx, to, names, 5, "Written in the outage")
	s.report.check(err == nil && to.count() == 100, "100 writes to 20 tickets accepted", fmt.Sprintf("%d of 100, %s", to.count(), took), took.sum())
	if err != nil {
		return err
	}
	if err := s.checkVisible(ctx, names, to); err != nil {
		return err
	}
	s.await(ctx, "the breaker opens", gone, s.gateIs(adapterv1.Gate_STATE_OPEN))
	if err := s.readOn(ctx); err != nil {
		return err
	}
	if err := s.vendor.calm(ctx); err != nil {
		return err
	}
	s.report.did("Halo is back, after %s", span(time.Since(gone)))
	back := time.Now()
	s.await(ctx, "the breaker closes", back, s.gateIs(adapterv1.Gate_STATE_CLOSED))
	if err := s.awaitArrival(ctx, to, last, back); err != nil {
		return err
	}
	return s.checkSame(ctx, names)
}

// Reads of the same machine a few seconds apart differ by so much for no reason of ours.
const (
	medianNoise = 500 * time.Microsecond
	tailNoise   = 5 * time.Millisecond
)

// rounds bounds how often reads are measured until they are as fast as before: one bad second of the machine is no finding.
const rounds = 3

// readOn measures reads without a vendor beside those of the first scene.
func (s *stage) readOn(ctx context.Context) error {
	if len(s.calmly.get) == 0 {
		return errors.New("nothing to compare reads with: the first scene measured none")
	}
	var now readings
	var err error
	round := 0
	for held := false; !held && round < rounds; round++ {
		if now, err = s.measure(ctx); err != nil {
			return err
		}
		held = asFast(now.get, s.calmly.get) && asFast(now.list, s.calmly.list)
	}
	if round > 1 {
		s.report.did("reads were measured %d times: the machine was busy, or they are slow", round)
	}
	s.report.check(asFast(now.get, s.calmly.get), "GetTicket as fast as in scene 1", now.get.beside(s.calmly.get), now.get.sum())
	s.report.check(asFast(now.list, s.calmly.list), "ListTickets as fast as in scene 1", now.list.beside(s.calmly.list), now.list.sum())
	s.checkAnswers(now)
	return nil
}

// asFast says whether reads are as fast as before: the half of them within twice, all but a hundredth within three times.
func asFast(now, before latencies) bool {
	return now.within(before, 50, 2, medianNoise) && now.within(before, 99, 3, tailNoise)
}

// gateIs looks whether the connection's gate is in a state.
func (s *stage) gateIs(want adapterv1.Gate_State) look {
	return func(ctx context.Context) (bool, string, error) {
		c, err := s.adapter.state(ctx)
		return c.GetGate().GetState() == want, "gate " + gateWord(c.GetGate()), err
	}
}
