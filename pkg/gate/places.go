package gate

import (
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// places is which of the places for calls under way this replica holds. One is as good as another, so that whichever call
// ends gives the oldest back.
type places struct {
	mu   sync.Mutex
	held map[Key][]time.Time
}

func (p *places) hold(key Key, until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held[key] = append(p.held[key], until)
}

func (p *places) release(key Key) (until time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	held := p.held[key]
	if len(held) == 0 {
		return time.Time{}, false
	}
	if p.held[key] = held[1:]; len(held) == 1 {
		delete(p.held, key)
	}
	return held[0], true
}

// look charges a read that a write makes to what is allowed of reads.
func (l *Locked) look(name string) {
	l.taken[name] = true
	l.rows[name].Budget.Charge(l.keeper.config(l.connection).Budget, 1, l.rows[name].Now)
}

// more takes a call for somebody who has a place already.
func (l *Locked) more(name string, c budget.Class) Grant {
	terms := l.keeper.config(l.connection).Budget
	terms.AtOnce = 0
	return l.take(terms, name, c, 1)
}

// begin turns a promised place into one that is held, or goes on in the one that is held already, where places are counted.
func (l *Locked) begin(name string, held time.Time) (Grant, time.Time) {
	terms := l.keeper.config(l.connection).Budget
	if terms.AtOnce <= 0 {
		return Grant{Calls: 1}, time.Time{}
	}
	l.taken[name] = true
	until, ok := l.rows[name].Budget.Begin(terms, held, l.rows[name].Now)
	if !ok {
		return Grant{Wait: time.Second}, time.Time{}
	}
	return Grant{Calls: 1}, until
}
