package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// late is from when on an act that comes late is said to.
const late = 300 * time.Millisecond

// fire plays one lane of the schedule: an act begins at its time, or when the one before it is over.
func (a *arena) fire(ctx context.Context, lane schedule.Lane) error {
	for _, act := range a.schedule.Acts {
		if act.Lane != lane {
			continue
		}
		if err := sleep(ctx, time.Until(a.say.began.Add(act.At))); err != nil {
			return nil //nolint:nilerr // the run was given up; somebody else knows why
		}
		if err := a.one(ctx, act); err != nil {
			return fmt.Errorf("%s: %w", act, err)
		}
	}
	return nil
}

// one plays an act to its end. What it began is undone whatever happens.
func (a *arena) one(ctx context.Context, act schedule.Act) error {
	planned := ""
	if by := time.Since(a.say.began) - act.At; by > late {
		planned = fmt.Sprintf(" (planned for %.2f s)", act.At.Seconds())
	}
	a.say.now("%s%s", act, planned)
	p := history.Played{Act: act, From: time.Now()}
	end, err := a.begin(ctx, act)
	if err == nil {
		_ = sleep(ctx, act.For) // cut short when the run is given up
	}
	// longer than anything that is undone takes, and also for a run that was given up
	undoing, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.settle)
	defer cancel()
	err = errors.Join(err, end(undoing))
	p.To = time.Now()
	if act.For > 0 {
		a.say.now("%s", over(act))
	}
	a.took(p)
	return err
}

// over tells that an act has ended.
func over(a schedule.Act) string {
	who := fmt.Sprint(a.Who)
	who = who[1 : len(who)-1]
	switch a.Kind {
	case schedule.Kill:
		return "  " + who + " is back"
	case schedule.Pause:
		return "  " + who + " goes on"
	case schedule.Vendor:
		return "  vendor: calm"
	default:
		return fmt.Sprintf("  %s to %s is as it should be", who, a.Whose)
	}
}

// watch starts again what ended by itself, as whatever watches over it in a company would. The error is why it could not.
func (a *arena) watch(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-a.stack.Failed():
			var ended *stack.EndedError
			if !errors.As(err, &ended) {
				return err
			}
			a.say.now("! %s is started again: %v", ended.Part, err)
			a.took(history.Played{Act: schedule.Act{Kind: schedule.Kill, Who: []string{ended.Part}}, From: time.Now(), To: time.Now()})
			if err := a.restart(ctx, ended.Part); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
