package gate

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

type permitKey struct{}

// permit is what one unit of work was granted, carried in its context.
type permit struct {
	name  string
	class budget.Class
	left  atomic.Int64
	probe bool
	unit  bool // With made it: it lasts for more than one call

	mu    sync.Mutex
	place time.Time             // among the calls under way; zero: none
	back  func(place time.Time) // gives it back
}

// With is ctx for a unit of work that was granted calls on a key; what it needs beyond them it takes one by one. Its calls come one
// after the other, in one place among those under way, which it keeps until done is called: a unit that had to find a place for
// each of them might never come to its end where there are few.
func With(ctx context.Context, name string, c budget.Class, granted int) (unit context.Context, done func()) {
	p := &permit{name: name, class: c, unit: true}
	p.left.Store(int64(granted))
	return context.WithValue(ctx, permitKey{}, p), p.done
}

func (p *permit) held() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.place
}

func (p *permit) keep(place time.Time, back func(time.Time)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.place, p.back = place, back
}

func (p *permit) done() {
	p.mu.Lock()
	place, back := p.place, p.back
	p.place, p.back = time.Time{}, nil
	p.mu.Unlock()
	if !place.IsZero() {
		back(place)
	}
}

func permitOf(ctx context.Context) *permit {
	if p, ok := ctx.Value(permitKey{}).(*permit); ok {
		return p
	}
	return &permit{class: budget.Backfill} // nobody said whose call it is: it goes last
}

// For is the gate of one connection, as its upstream client asks it.
func (k *Keeper) For(connection string) upstream.Gate {
	return &door{keeper: k, connection: connection}
}

type door struct {
	keeper     *Keeper
	connection string
}

// Pass spends a granted call, or takes one; it never waits.
func (d *door) Pass(ctx context.Context) error {
	p := permitOf(ctx)
	if p.probe {
		return nil
	}
	key := Key{Connection: d.connection, Name: p.name}
	if wait := d.keeper.closed(key); wait > 0 {
		return &fault.Error{Kind: fault.Unavailable, Reason: upstream.ReasonGate, Message: "the vendor may not be called now", RetryAfter: wait}
	}
	terms := d.keeper.config(d.connection).Budget
	granted, looks := p.left.Add(-1) >= 0, p.class == budget.Write && terms.CountReads() && upstream.Reads(ctx)
	if terms.Unlimited() || granted && terms.AtOnce <= 0 && !looks {
		return nil
	}
	return d.keeper.begin(ctx, key, p, granted, looks)
}

// begin takes a call, unless it was granted already, and its place among those under way, where places are counted. A write that
// looks at something is not kept from it by a read allowance, and counts in it all the same.
func (k *Keeper) begin(ctx context.Context, key Key, p *permit, granted, looks bool) error {
	var g Grant
	held := p.held()
	var until time.Time
	err := pg.InTx(ctx, k.db, func(tx pgx.Tx) error {
		l, err := k.Lock(ctx, tx, key.Connection, key.Name)
		if err != nil {
			return err
		}
		switch g = (Grant{Calls: 1}); {
		case granted:
		case held.IsZero():
			g = l.Grant(Ask{Name: key.Name, Class: p.class, Calls: 1})[0]
		default:
			g = l.more(key.Name, p.class)
		}
		if g.Calls > 0 {
			g, until = l.begin(key.Name, held)
		}
		if looks && g.Calls > 0 {
			l.look(key.Name)
		}
		b := &pgx.Batch{}
		l.Save(b)
		return tx.SendBatch(ctx, b).Close()
	})
	switch {
	case err != nil:
		return &fault.Error{Kind: fault.Unavailable, Reason: upstream.ReasonGate, Message: "the gate cannot be asked", Err: err}
	case g.Calls == 0:
		return &fault.Error{Kind: fault.Unavailable, Reason: ReasonBudget, Message: "no call is left in the budget", RetryAfter: g.Wait}
	}
	switch {
	case until.IsZero():
	case p.unit:
		p.keep(until, func(place time.Time) { k.giveBack(key, place) })
	default:
		k.places.hold(key, until)
	}
	return nil
}

// ReasonBudget is the reason of a call that was not sent because the budget had none left.
const ReasonBudget = "BUDGET"
