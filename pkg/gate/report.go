package gate

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

const (
	flushCalls    = time.Second            // calls that went well may stay unwritten
	flushFailures = 200 * time.Millisecond // others may
	maxPending    = 1000                   // keys of one connection with something unwritten; what calls of more report is lost
)

// desk gathers what calls of one connection report. Each connection has its own, so that none waits for another's row.
type desk struct {
	connection string
	config     Config
	news       chan struct{}

	mu      sync.Mutex
	pending map[string]*tally // by key
}

func newDesk(connection string, c Config) *desk {
	return &desk{connection: connection, config: c, news: make(chan struct{}, 1), pending: map[string]*tally{}}
}

// Report takes in what came of a call. Only what the vendor failed at counts against it, and one entity once per window.
// What the vendor asks for is kept here at once, and elsewhere as soon as it is written.
func (d *door) Report(ctx context.Context, o upstream.Outcome) {
	p, k := permitOf(ctx), d.keeper
	desk := k.desks[d.connection]
	if p.probe || desk == nil {
		return
	}
	key := Key{Connection: d.connection, Name: p.name}
	t := &tally{}
	if !p.unit { // a unit keeps its place for the next call
		if until, ok := k.places.release(key); ok {
			t.ended = []time.Time{until}
		}
	}
	t.add(o)
	if t.held {
		k.known.hold(key, desk.config.hold(t.hold))
	}
	if t.refused != "" { // the credentials are the whole connection's
		desk.put("", &tally{refused: t.refused})
		t.refused = ""
	}
	desk.put(p.name, t)
}

// giveBack ends the place of a unit of work.
func (k *Keeper) giveBack(key Key, place time.Time) {
	if desk := k.desks[key.Connection]; desk != nil {
		desk.put(key.Name, &tally{ended: []time.Time{place}})
	}
}

func (d *desk) put(name string, t *tally) {
	d.mu.Lock()
	defer d.mu.Unlock()
	old := d.pending[name]
	if old == nil && len(d.pending) >= maxPending {
		return
	}
	if old != nil {
		t.merge(old)
	}
	d.pending[name] = t
	select {
	case d.news <- struct{}{}:
	default:
	}
}

// patience is how long all that is pending may wait to be written.
func (d *desk) patience() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	wait := flushCalls
	for _, t := range d.pending {
		wait = min(wait, t.patience())
	}
	return wait
}

func (d *desk) take() map[string]*tally {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := d.pending
	d.pending = map[string]*tally{}
	return taken
}

// keep writes what is reported until ctx ends, and then what is left.
func (k *Keeper) keep(ctx context.Context, d *desk) {
	for {
		select {
		case <-ctx.Done():
			k.flush(context.WithoutCancel(ctx), d)
			return
		case <-d.news:
			d.gather(ctx)
			k.flush(context.WithoutCancel(ctx), d)
		}
	}
}

// gather lets more join what was reported, as long as nothing in it is urgent.
func (d *desk) gather(ctx context.Context) {
	for began := time.Now(); ; {
		left := d.patience() - time.Since(began)
		if left <= 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-d.news:
		case <-time.After(left):
			return
		}
	}
}

// flush writes what was reported, in one transaction; what cannot be written waits for the next.
func (k *Keeper) flush(ctx context.Context, d *desk) {
	taken := d.take()
	if len(taken) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, writePeriod)
	defer cancel()
	was := map[string]Status{}
	rows, err := k.change(ctx, d.connection, slices.Collect(maps.Keys(taken)), func(s *Status) {
		was[s.Name] = *s
		*s = d.config.after(*s, taken[s.Name])
	})
	if err != nil {
		k.log.WarnContext(ctx, "gate not written", "connection", d.connection, "error", err)
		for name, t := range taken {
			d.put(name, t)
		}
		pause(ctx, flushFailures)
		return
	}
	for name, is := range rows {
		k.learn(*is)
		if was := was[name]; was.State != is.State {
			k.log.WarnContext(ctx, "gate changed", "connection", d.connection, "key", name, "state", is.State.String(), "reason", is.Reason)
			k.announce(is.Key)
		} else if is.HoldUntil.After(was.HoldUntil) {
			k.log.WarnContext(ctx, "gate held", "connection", d.connection, "key", name, "until", is.HoldUntil, "learned", is.Budget.Learned.Factor(is.Now))
			k.announce(is.Key)
		}
	}
}

const writePeriod = 10 * time.Second

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
