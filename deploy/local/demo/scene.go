package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"
)

// patience bounds one wait of a scene, and the calm after it.
const patience = 15 * time.Second

// scene is one thing that goes wrong. What does not hold is told to the stage's report; an error is what kept a scene from
// being played.
type scene struct {
	name  string        // as the verdict calls it
	limit time.Duration // for all of it
	play  func(ctx context.Context, s *stage) error
}

func scenes() []scene {
	return []scene{
		{"reads", 30 * time.Second, reads},
		{"a write", 20 * time.Second, write},
		{"an outage", 60 * time.Second, outage},
		{"dropped webhooks", 40 * time.Second, droppedWebhooks},
		{"a lost answer", 30 * time.Second, lostAnswer},
		{"a refused write", 20 * time.Second, refusedWrite},
		{"a new client", 60 * time.Second, newClient},
		{"a month's end", 60 * time.Second, monthsEnd},
		{"JetStream's store is deleted", 40 * time.Second, jetStreamDeleted},
		{"a refund without an answer", 60 * time.Second, lostRefund},
		{"300 events, shuffled", 60 * time.Second, shuffledEvents},
	}
}

// stage is what scenes are played on.
type stage struct {
	stack   *stack.Stack
	adapter *adapter
	vendor  *vendor
	shop    *shop
	report  *report
	tickets []string // names of all tickets in the mirror, once it is filled
	calmly  readings // of the first scene, which later ones compare with
}

func newStage(on *stack.Stack, r *report) (*stage, error) {
	halo, _ := on.Adapter("halo") // both run: Run has asked for them
	stripe, _ := on.Adapter("stripe")
	a, err := dial(halo)
	if err != nil {
		return nil, err
	}
	sh, err := openShop(stripe)
	if err != nil {
		return nil, err
	}
	return &stage{stack: on, adapter: a, vendor: newVendor(halo.Simulator), shop: sh, report: r}, nil
}

// run plays one scene and leaves a calm vendor behind; true if it held.
func (s *stage) run(ctx context.Context, number int, sc scene) bool {
	began := time.Now()
	s.report.open(number, sc.name)
	playing, cancel := context.WithTimeoutCause(ctx, sc.limit, fmt.Errorf("not over after %s", span(sc.limit)))
	defer cancel()
	err := sc.play(playing, s)
	switch {
	case ctx.Err() != nil:
		err = errors.New("broken off")
	case err != nil && playing.Err() != nil:
		err = errors.Join(err, context.Cause(playing))
	}
	if ctx.Err() == nil {
		err = errors.Join(err, s.calmDown(ctx))
	}
	return s.report.close(err, time.Since(began))
}

// calmDown ends every fault and waits until nothing is under way, so that scenes do not disturb each other.
func (s *stage) calmDown(ctx context.Context) error {
	for _, side := range []struct {
		vendor *vendor
		state  func(context.Context) (*adapterv1.Connection, error)
	}{{s.vendor, s.adapter.state}, {s.shop.vendor, s.shop.state}} {
		if err := side.vendor.calm(ctx); err != nil {
			return err
		}
		if err := until(ctx, patience, quiet(side.vendor, side.state)); err != nil {
			return fmt.Errorf("no calm after the scene: %w", err)
		}
	}
	return nil
}

// quiet looks whether nothing is under way at a connection.
func quiet(v *vendor, state func(context.Context) (*adapterv1.Connection, error)) look {
	return func(ctx context.Context) (bool, string, error) {
		c, err := state(ctx)
		if err != nil {
			return false, "", err
		}
		st, err := v.stats(ctx)
		if err != nil {
			return false, "", err
		}
		quiet := isClosed(c.GetGate()) && c.GetPendingWrites() == 0 && st.Webhooks.Waiting == 0
		return quiet, fmt.Sprintf("gate %s, %d writes pending, %d webhooks under way", gateWord(c.GetGate()), c.GetPendingWrites(), st.Webhooks.Waiting), nil
	}
}

// budget tells how the vendor's limit fared over the whole demo.
func (s *stage) budget(ctx context.Context) {
	if st, err := s.vendor.stats(ctx); err == nil {
		s.report.line("\n  Halo took %s requests, and refused %s for going over its limit.", thousands(st.Limiter.Allowed), thousands(st.Limiter.Refused))
	}
}
