package gate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// Ask is how many calls of a class somebody wants to make on a key, in the units that the vendor counts.
type Ask struct {
	Name  string // of the key; "" is the connection's own
	Class budget.Class
	Calls int
}

// Grant is what an Ask got.
type Grant struct {
	Calls int
	Wait  time.Duration // if nothing was granted: when to ask again
}

// Take takes calls from the gates of one connection in tx, which holds their rows until it ends. Asks of one key and
// class are one, served in their order. Nothing is granted while a breaker is not closed or the vendor asked to wait.
//
// It is Lock, Grant and Save, for callers who have nothing else to send to Postgres.
func (k *Keeper) Take(ctx context.Context, tx pgx.Tx, connection string, asks ...Ask) ([]Grant, error) {
	l, err := k.Lock(ctx, tx, connection, Names(asks)...)
	if err != nil {
		return nil, err
	}
	grants, b := l.Grant(asks...), &pgx.Batch{}
	if l.Save(b); b.Len() == 0 {
		return grants, nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("save the gate of %s: %w", connection, err)
	}
	return grants, nil
}

// Names are the keys of asks, each once.
func Names(asks []Ask) []string {
	var all []string
	for _, a := range asks {
		if !slices.Contains(all, a.Name) {
			all = append(all, a.Name)
		}
	}
	return all
}

// Locked is keys of one connection that nobody else takes calls from until the transaction ends.
type Locked struct {
	keeper     *Keeper
	connection string
	rows       map[string]*Status // a key that is missing was never shut, and has no limit
	taken      map[string]bool
}

// TryLock is Lock for who would rather not wait; nil: somebody else asks just now, or there is no row yet.
func (k *Keeper) TryLock(ctx context.Context, tx pgx.Tx, connection string, names ...string) (*Locked, error) {
	if k.config(connection).Budget.Unlimited() {
		return k.Lock(ctx, tx, connection, names...)
	}
	rows, err := read(ctx, tx, lockRows+" skip locked", connection, names)
	if err != nil {
		return nil, fmt.Errorf("lock the gate of %s: %w", connection, err)
	}
	if len(rows) < len(names) {
		return nil, nil //nolint:nilnil // nothing is wrong, and nothing is locked
	}
	return &Locked{keeper: k, connection: connection, taken: map[string]bool{}, rows: rows}, nil
}

// Lock locks keys, in one round trip. Where there is no limit there is nothing to lock: what this replica knows will do,
// and no round trip is made at all while Run looks at the rows.
func (k *Keeper) Lock(ctx context.Context, tx pgx.Tx, connection string, names ...string) (*Locked, error) {
	l := &Locked{keeper: k, connection: connection, taken: map[string]bool{}}
	var err error
	switch {
	case !k.config(connection).Budget.Unlimited():
		l.rows, err = lock(ctx, tx, connection, names)
	case !k.known.fresh():
		const glance = "select " + statusColumns + ` from gate where connection = $1 and key = any($2::text[])`
		l.rows, err = read(ctx, tx, glance, connection, names)
	}
	for _, s := range l.rows {
		k.measure(s)
	}
	return l, err
}

// Grant says what each ask gets. Nothing is taken before Save's statements are committed.
func (l *Locked) Grant(asks ...Ask) []Grant {
	type pot struct {
		name  string
		class budget.Class
	}
	want, got := map[pot]int{}, map[pot]*Grant{}
	for _, a := range asks {
		want[pot{a.Name, a.Class}] += max(0, a.Calls)
	}
	grants := make([]Grant, len(asks))
	for i, a := range asks {
		p := pot{a.Name, a.Class}
		if got[p] == nil {
			g := l.take(l.keeper.config(l.connection).Budget, a.Name, a.Class, want[p])
			got[p] = &g
		}
		grants[i].Calls = min(max(0, a.Calls), got[p].Calls)
		got[p].Calls -= grants[i].Calls
		if grants[i].Calls == 0 {
			grants[i].Wait = got[p].Wait
		}
	}
	return grants
}

func (l *Locked) take(terms budget.Terms, name string, c budget.Class, want int) (g Grant) {
	s := l.rows[name]
	switch wait := l.wait(name, s); {
	case wait > 0:
		return Grant{Wait: wait}
	case terms.Unlimited():
		return Grant{Calls: want}
	case s == nil: // it was not locked
		return Grant{Wait: untold}
	}
	l.taken[name] = true
	g.Calls, g.Wait = s.Budget.Take(terms, c, want, s.Now)
	return g
}

// wait is how long the key is shut: as its row says, or as this replica knows where there is none to ask.
func (l *Locked) wait(name string, s *Status) time.Duration {
	switch {
	case s == nil:
		return l.keeper.closed(Key{l.connection, name})
	case name == "":
		return s.wait()
	}
	return max(s.wait(), l.keeper.known.closed(Key{Connection: l.connection}))
}

// Save queues the statements that save what was granted; without a limit there are none.
func (l *Locked) Save(b *pgx.Batch) {
	for _, s := range l.rows {
		if l.taken[s.Name] {
			queueBudget(b, s)
			l.keeper.measure(s)
		}
	}
}
