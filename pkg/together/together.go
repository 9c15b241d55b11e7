// Package together answers who shares a transaction with whom: those that come while others commit.
package together

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
)

// Most bounds how many share a transaction.
const Most = 64

// crowd bounds how many wait for one; who comes then goes alone, and waits for a connection as long as its context lets it.
const crowd = 1000

// turn is what one who waits is told.
type turn uint8

const (
	done  turn = iota // it is done
	alone             // it has to be done by itself
	lead              // it is the one to do what waits
)

// Groups gather what can be done in one transaction, by kind and connection.
type Groups[T any] struct {
	// Round does several and says of each whether it is done; what is not is done by itself, so that none suffers from
	// another. It ends within seconds. Its error is why none of them could be.
	Round  func(ctx context.Context, all []T) ([]bool, error)
	Rounds int // of a group, at once
	// Failed is told of a round of n that ended in an error or a panic: those in it take longer, and nobody else would say so.
	// It may be nil.
	Failed func(ctx context.Context, connection string, n int, err error)

	mu sync.Mutex
	of map[key]*group[T]
}

type key struct{ connection, kind string }

// Do does x with others of its kind, and reports whether it is done; if not, it has to be done by itself.
func (g *Groups[T]) Do(ctx context.Context, connection, kind string, x T) bool {
	g.mu.Lock()
	k := key{connection, kind}
	if g.of == nil {
		g.of = map[key]*group[T]{}
	}
	if g.of[k] == nil {
		g.of[k] = &group[T]{groups: g, connection: connection, idle: g.Rounds}
	}
	of := g.of[k]
	g.mu.Unlock()
	return of.do(ctx, x)
}

// Gathered is how many more rounds of that kind and connection may begin, and how many wait for one.
func (g *Groups[T]) Gathered(connection, kind string) (idle, waiting int) {
	g.mu.Lock()
	of := g.of[key{connection, kind}]
	g.mu.Unlock()
	if of == nil {
		return g.Rounds, 0
	}
	of.mu.Lock()
	defer of.mu.Unlock()
	return of.idle, len(of.waiting)
}

// group is what gathers: while as many rounds are under way as may be, the next one's gather. Nobody waits for company: who
// finds fewer makes one at once.
type group[T any] struct {
	groups     *Groups[T]
	connection string

	mu      sync.Mutex
	idle    int // rounds that may begin
	waiting []*member[T]
}

type member[T any] struct {
	is   T
	turn chan turn
}

func (g *group[T]) do(ctx context.Context, x T) bool {
	m := &member[T]{is: x, turn: make(chan turn, 1)}
	g.mu.Lock()
	if g.idle > 0 {
		g.idle--
		g.mu.Unlock()
		return g.lead(ctx, m)
	}
	if len(g.waiting) >= crowd {
		g.mu.Unlock()
		return false
	}
	g.waiting = append(g.waiting, m)
	g.mu.Unlock()
	var t turn
	select {
	case t = <-m.turn:
	case <-ctx.Done():
		if g.leave(m) {
			return false
		}
		t = <-m.turn // it is among those that are done now, or leads: every round ends soon
	}
	if t == lead {
		return g.lead(ctx, m)
	}
	return t == done
}

// leave takes m out of those that wait; false: it is not among them any more.
func (g *group[T]) leave(m *member[T]) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, m)
	if i < 0 {
		return false
	}
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return true
}

// lead does m with what waits, and reports whether m is done. A round that panics has done nothing: each goes alone, and whoever
// made it panic does so again, by itself.
func (g *group[T]) lead(ctx context.Context, m *member[T]) bool {
	g.mu.Lock()
	n := min(len(g.waiting), Most-1)
	mine := append([]*member[T]{m}, g.waiting[:n]...)
	g.waiting = g.waiting[n:]
	g.mu.Unlock()
	all := make([]T, len(mine))
	for i, m := range mine {
		all[i] = m.is
	}
	did := make([]bool, len(mine))
	func() {
		defer g.end(mine, did)
		done, err := g.round(ctx, all)
		if copy(did, done); err != nil && g.groups.Failed != nil {
			g.groups.Failed(ctx, g.connection, len(all), err)
		}
	}()
	return did[0]
}

// round is a round whose panic is an error.
func (g *group[T]) round(ctx context.Context, all []T) (done []bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			done, err = nil, fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return g.groups.Round(ctx, all)
}

// end tells those that have shared a round whether they are done, and hands over to the first of those that have come
// meanwhile.
func (g *group[T]) end(mine []*member[T], did []bool) {
	for i, m := range mine[1:] {
		if did[i+1] {
			m.turn <- done
		} else {
			m.turn <- alone
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.idle++
		return
	}
	next := g.waiting[0]
	g.waiting = g.waiting[1:]
	next.turn <- lead
}
