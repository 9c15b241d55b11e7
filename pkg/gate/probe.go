package gate

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/fault"
)

const patience = 15 * time.Second // of one probe

// probe makes the cheap read that decides; whoever moves the row's retry time first makes it, and no lock is held
// while the vendor is asked.
func (k *Keeper) probe(ctx context.Context, p Pinger, key Key) error {
	mine, err := k.claimProbe(ctx, key)
	if err != nil || !mine {
		return err
	}
	probing, cancel := context.WithTimeout(context.WithValue(ctx, permitKey{}, &permit{name: key.Name, probe: true}), patience)
	defer cancel()
	return k.decide(ctx, key, p.Ping(probing, key))
}

func (k *Keeper) claimProbe(ctx context.Context, key Key) (mine bool, err error) {
	_, err = k.change(ctx, key.Connection, []string{key.Name}, func(s *Status) {
		if mine = s.probeDue(); mine {
			s.Breaker = s.Probing(2*patience, s.Now)
		}
	})
	return mine, err
}

// decide closes the gate's breaker when the vendor answered, opens it for longer when not. Any answer of a healthy
// vendor counts, a refusal of credentials stops, a wish to wait is heard.
func (k *Keeper) decide(ctx context.Context, key Key, verdict error) error {
	c := k.config(key.Connection)
	rows, err := k.change(ctx, key.Connection, []string{key.Name}, func(s *Status) {
		s.Breaker = after(*s, verdict, c.Breaker)
		if f := fault.Of(verdict); verdict != nil && (f.Kind == fault.Throttled || f.Kind == fault.Unavailable && f.RetryAfter > 0) {
			s.hold(c.hold(f.RetryAfter))
		}
	})
	if err != nil {
		return err
	}
	is := rows[key.Name]
	k.log.InfoContext(ctx, "gate probed", "connection", key.Connection, "key", key.Name, "state", is.State.String())
	k.learn(*is)
	k.announce(key)
	return nil
}

// after is s after its probe, unless a person decided meanwhile.
func after(s Status, verdict error, c breaker.Config) breaker.Breaker {
	switch {
	case s.State == breaker.Closed || s.State == breaker.Forced:
		return s.Breaker
	case verdict == nil:
		return s.Close(s.Now)
	}
	switch f := fault.Of(verdict); f.Kind {
	case fault.Unauthorized:
		return s.Stop(c, f.Reason, s.Now)
	case fault.Throttled, fault.NotFound, fault.Hidden, fault.Invalid, fault.Conflict:
		return s.Close(s.Now)
	default:
		return s.Trip(c, f.Reason, s.Now)
	}
}
