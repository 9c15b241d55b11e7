package run

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// undo ends what an act began.
type undo func(ctx context.Context) error

// begin begins an act. What it has begun when it fails is undone.
func (a *arena) begin(ctx context.Context, act schedule.Act) (undo, error) {
	switch act.Kind {
	case schedule.Kill:
		return a.kill(act)
	case schedule.Pause:
		return a.pause(act)
	case schedule.Wipe:
		return nothing, a.stack.WipeJetStream()
	case schedule.Vendor:
		calm := func(ctx context.Context) error { return a.vendor.Misbehave(ctx, vendorsim.Plan{}) }
		return calm, a.vendor.Misbehave(ctx, act.Plan)
	default:
		return a.spoil(act) //nolint:contextcheck // what ends it must end it also for a run that was given up
	}
}

func nothing(context.Context) error { return nil }

func (a *arena) kill(act schedule.Act) (undo, error) {
	for _, who := range act.Who {
		if err := a.stack.Kill(who); err != nil {
			return nothing, err
		}
	}
	return func(ctx context.Context) error {
		var under sync.WaitGroup
		errs := make([]error, len(act.Who))
		for i, who := range act.Who {
			if _, skewed := a.schedule.Clocks[who]; skewed {
				a.clocks.set(who, act.Clock)
			}
			under.Go(func() { errs[i] = a.restart(ctx, who) })
		}
		under.Wait()
		return errors.Join(errs...)
	}, nil
}

// restart starts a part until it is ready, as whatever watches over it in a company would: an adapter does not start
// while its Postgres is away.
func (a *arena) restart(ctx context.Context, who string) error {
	for {
		err := a.stack.Restart(ctx, who)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not start: %w", who, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func (a *arena) pause(act schedule.Act) (undo, error) {
	send := func(s syscall.Signal) error {
		var errs []error
		for _, who := range act.Who {
			errs = append(errs, a.stack.Signal(who, s))
		}
		return errors.Join(errs...)
	}
	return func(context.Context) error { return send(syscall.SIGCONT) }, send(syscall.SIGSTOP)
}

func (a *arena) spoil(act schedule.Act) (undo, error) {
	var mends []func() error
	mend := func(context.Context) error {
		var errs []error
		for _, m := range mends {
			errs = append(errs, m())
		}
		return errors.Join(errs...)
	}
	for _, who := range act.Who {
		m, err := a.spoilOne(act, who)
		if err != nil {
			return mend, err
		}
		mends = append(mends, m)
	}
	return mend, nil
}

func (a *arena) spoilOne(act schedule.Act, who string) (func() error, error) {
	switch act.Kind {
	case schedule.Slow:
		return a.links.Slow(who, act.Whose, act.Delay)
	case schedule.Reset:
		return a.links.Reset(who, act.Whose)
	case schedule.Slice:
		return a.links.Slice(who, act.Whose)
	case schedule.Mute:
		return a.links.Mute(who, act.Whose)
	case schedule.Cut:
		return a.links.Cut(who, act.Whose)
	default:
		return nil, fmt.Errorf("nobody knows how to %s a link", act.Kind)
	}
}
