package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

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
		{"JetStream's store is deleted", 40 * time.Second, jetStreamDeleted},
	}
}

// stage is what scenes are played on.
type stage struct {
	stack   *stack.Stack
	adapter *adapter
	vendor  *vendor
	report  *report
	tickets []string // names of all tickets in the mirror, once it is filled
	calmly  readings // of the first scene, which later ones compare with
}

func newStage(on *stack.Stack, r *report) (*stage, error) {
	addresses := on.Addresses().Adapters[0]
	a, err := dial(addresses)
	if err != nil {
		return nil, err
	}
	return &stage{stack: on, adapter: a, vendor: newVendor(addresses.Simulator), report: r}, nil
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
	if err := s.vendor.calm(ctx); err != nil {
		return err
	}
	err := until(ctx, patience, func(ctx context.Context) (bool, string, error) {
		c, err := s.adapter.state(ctx)
		if err != nil {
			return false, "", err
		}
		st, err := s.vendor.stats(ctx)
		if err != nil {
			return false, "", err
		}
		quiet := isClosed(c.GetGate()) && c.GetPendingWrites() == 0 && st.Webhooks.Waiting == 0
		return quiet, fmt.Sprintf("gate %s, %d writes pending, %d webhooks under way", gateWord(c.GetGate()), c.GetPendingWrites(), st.Webhooks.Waiting), nil
	})
	if err != nil {
		return fmt.Errorf("no calm after the scene: %w", err)
	}
	return nil
}

// budget tells how the vendor's limit fared over the whole demo.
func (s *stage) budget(ctx context.Context) {
	if st, err := s.vendor.stats(ctx); err == nil {
		s.report.line("\n  Halo took %s requests, and refused %s for going over its limit.", thousands(st.Limiter.Allowed), thousands(st.Limiter.Refused))
	}
}
