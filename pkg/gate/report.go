package gate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// maxEntities bounds how many failing entities a window remembers; more than these all count.
const maxEntities = 10_000

// tally is what calls reported since the last flush.
type tally struct {
	calls, failures int
	hold            time.Duration
	throttled       bool
	refused         string // our credentials were: the vendor's words
	ill             map[string]bool
	illSince        time.Time
}

// Report takes in what came of a call. Only what the vendor failed at counts against it, and one entity once per window.
func (d *door) Report(ctx context.Context, o upstream.Outcome) {
	p := permitOf(ctx)
	if p.probe {
		return
	}
	k, key := d.keeper, Key{Connection: d.connection, Name: p.name}
	k.mu.Lock()
	defer k.mu.Unlock()
	t := k.pending[key]
	if t == nil {
		t = &tally{}
		k.pending[key] = t
	}
	t.add(o, k.config(key.Connection).Breaker.WithDefaults().Window)
}

func (t *tally) add(o upstream.Outcome, window time.Duration) {
	if o.Ours {
		return
	}
	t.calls++
	if o.Fault == nil {
		return
	}
	switch o.Fault.Kind {
	case fault.Throttled:
		t.throttled = true
		t.hold = max(t.hold, o.Fault.RetryAfter)
	case fault.Unauthorized:
		t.refused = o.Fault.Reason
	case fault.Unavailable:
		t.fail(o.Entity, window)
		if o.Fault.RetryAfter > 0 { // a 503 that says when to come again holds as a 429 does
			t.throttled = true
			t.hold = max(t.hold, o.Fault.RetryAfter)
		}
	default: // the vendor is working
	}
}

// fail counts a failure, unless the same entity failed in this window already: then the call does not count at all.
func (t *tally) fail(entity string, window time.Duration) {
	if time.Since(t.illSince) > window || len(t.ill) >= maxEntities {
		t.ill, t.illSince = map[string]bool{}, time.Now()
	}
	if entity != "" && t.ill[entity] {
		t.calls--
		return
	}
	if entity != "" {
		t.ill[entity] = true
	}
	t.failures++
}

// take is what is to be written, and starts anew.
func (t *tally) take() tally {
	taken := *t
	t.calls, t.failures, t.hold, t.throttled, t.refused = 0, 0, 0, false, ""
	return taken
}

func (t tally) empty() bool { return t.calls == 0 && !t.throttled && t.refused == "" }

// flush writes what was reported.
func (k *Keeper) flush(ctx context.Context) error {
	k.mu.Lock()
	taken := map[Key]tally{}
	for key, t := range k.pending {
		if x := t.take(); !x.empty() {
			taken[key] = x
		}
	}
	k.mu.Unlock()
	var errs []error
	for key, t := range taken {
		if err := k.write(ctx, key, t); err != nil {
			k.giveBack(key, t)
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// giveBack keeps for the next flush what could not be written.
func (k *Keeper) giveBack(key Key, t tally) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p := k.pending[key]
	p.calls += t.calls
	p.failures += t.failures
	p.hold = max(p.hold, t.hold)
	p.throttled = p.throttled || t.throttled
	if p.refused == "" {
		p.refused = t.refused
	}
}

func (k *Keeper) write(ctx context.Context, key Key, t tally) error {
	var was, is Status
	err := pg.InTx(ctx, k.db, func(tx pgx.Tx) error {
		rows, err := k.lock(ctx, tx, key.Connection, []string{key.Name})
		if err != nil {
			return err
		}
		was = rows[key.Name]
		is = k.after(was, t)
		return save(ctx, tx, is)
	})
	if err != nil {
		return fmt.Errorf("write what calls reported: %w", err)
	}
	k.learn([]Status{is})
	if was.State != is.State {
		k.log.WarnContext(ctx, "gate changed", "connection", key.Connection, "key", key.Name, "state", is.State.String(), "reason", is.Reason)
		k.announce(key)
	}
	return nil
}

// after is s after what t tells.
func (k *Keeper) after(s Status, t tally) Status {
	c := k.config(s.Connection)
	switch {
	case t.refused != "" && s.State != breaker.Stopped:
		s.Breaker = s.Stop(c.Breaker, t.refused, s.Now)
	case s.State == breaker.Closed:
		s.Breaker = s.Record(c.Breaker, t.calls, t.failures, s.Now)
	}
	if t.throttled {
		hold := t.hold
		if hold <= 0 {
			hold = c.Hold
		}
		if hold <= 0 {
			hold = 30 * time.Second
		}
		if until := s.Now.Add(hold); until.After(s.HoldUntil) {
			s.HoldUntil = until
		}
	}
	return s
}
