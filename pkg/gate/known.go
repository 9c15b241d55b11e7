package gate

import (
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
)

// known is what this replica knows of gates that are shut, by its own clock: a row's times are Postgres's.
type known struct {
	mu     sync.Mutex
	shut   map[Key]shut
	low    map[string]bool // connections of whose own key a limit runs low, as it was when the row was last seen
	looked time.Time       // when the last look at all rows began
}

// shut is a gate that calls do not pass.
type shut struct {
	state   breaker.State
	until   time.Time // before this it is no use to ask again
	learned time.Time
}

func (n *known) closed(key Key) time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	s, ok := n.shut[key]
	switch {
	case !ok:
		return 0
	case s.state != breaker.Closed:
		return max(time.Second, time.Until(s.until))
	}
	return max(0, time.Until(s.until))
}

// fresh reports whether the rows were looked at so lately that a look would tell nothing more.
func (n *known) fresh() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.looked.IsZero() && time.Since(n.looked) < 2*lookEvery
}

// learn takes in a row that was just read, and says its state if that changed.
func (n *known) learn(s Status) (changed *breaker.State) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.set(s)
}

func (n *known) set(s Status) (changed *breaker.State) {
	was := n.shut[s.Key].state
	if wait := s.wait(); wait > 0 {
		now := time.Now()
		n.shut[s.Key] = shut{state: s.State, until: now.Add(wait), learned: now}
	} else {
		delete(n.shut, s.Key)
	}
	if was != s.State {
		return &s.State
	}
	return nil
}

// hold is learned from an answer of this replica's own: no need to read it back.
func (n *known) hold(key Key, wait time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := time.Now()
	s := n.shut[key]
	if until := now.Add(wait); until.After(s.until) {
		s.until = until
	}
	s.learned = now
	n.shut[key] = s
}

// replace takes in all rows that are shut, as a look that began then read them; of connections in cut there are more.
// What was learned since is newer. It returns the states that changed.
func (n *known) replace(rows []Status, cut map[string]bool, began time.Time) map[Key]breaker.State {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.looked = began
	changed := map[Key]breaker.State{}
	listed := make(map[Key]bool, len(rows))
	for _, s := range rows {
		listed[s.Key] = true
		if n.shut[s.Key].learned.After(began) {
			continue
		}
		if state := n.set(s); state != nil {
			changed[s.Key] = *state
		}
	}
	for key, s := range n.shut {
		if listed[key] || cut[key.Connection] || s.learned.After(began) {
			continue
		}
		delete(n.shut, key)
		if s.state != breaker.Closed {
			changed[key] = breaker.Closed
		}
	}
	return changed
}

func (n *known) measure(connection string, low bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.low[connection] = low
}

func (n *known) scarce(connection string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.low[connection]
}
