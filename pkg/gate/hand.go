package gate

import (
	"context"
	"time"
)

// Force opens a gate's breaker by hand, so that no call passes until Release or, if until is not zero, until a probe after that
// time finds the vendor well. A connection's own key shuts them all. Who did it and why is kept in the row and logged.
func (k *Keeper) Force(ctx context.Context, key Key, by, reason string, until time.Time) (Status, error) {
	return k.byHand(ctx, key, by, reason, func(s *Status) {
		s.Breaker = s.Force(by, reason, until, s.Now)
	})
}

// Release closes a gate's breaker by hand, so that calls pass. A vendor's wish to wait is disregarded.
func (k *Keeper) Release(ctx context.Context, key Key, by, reason string) (Status, error) {
	return k.byHand(ctx, key, by, reason, func(s *Status) {
		s.Breaker, s.HoldUntil = s.Release(by, reason, s.Now), time.Time{}
	})
}

func (k *Keeper) byHand(ctx context.Context, key Key, by, reason string, f func(*Status)) (Status, error) {
	var was Status
	rows, err := k.change(ctx, key.Connection, []string{key.Name}, func(s *Status) { was = *s; f(s) })
	if err != nil {
		return Status{}, err
	}
	is := *rows[key.Name]
	k.log.WarnContext(ctx, "gate changed by hand", "connection", key.Connection, "key", key.Name, "state", is.State.String(),
		"was", was.State.String(), "by", by, "reason", reason, "until", is.RetryAt)
	k.learn(is)
	k.announce(key)
	return is, nil
}
