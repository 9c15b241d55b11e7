package vendorsim

import (
	"sync"
	"time"
)

// Shelf keeps all entities of one kind: as they are, and for a while as they were, so that stale reads can be served. Values
// are put whole and never changed in place; T is usually a pointer to something immutable. It may be shared.
type Shelf[K comparable, T any] struct {
	depth   int
	horizon time.Duration

	mu      sync.Mutex
	entries map[K]*entry[T]
	orders  map[string]*order[T]
	names   []string // of the orders, oldest first
}

type entry[T any] struct {
	now  *version[T]
	born time.Time
}

type version[T any] struct {
	value T
	since time.Time
	gone  bool
	prev  *version[T]
}

// NewShelf remembers at most depth earlier states of each entity, those that were true within the horizon.
func NewShelf[K comparable, T any](depth int, horizon time.Duration) *Shelf[K, T] {
	return &Shelf[K, T]{depth: depth, horizon: horizon, entries: map[K]*entry[T]{}, orders: map[string]*order[T]{}}
}

// Put makes value the state of key from at on.
func (s *Shelf[K, T]) Put(key K, value T, at time.Time) {
	s.put(key, &version[T]{value: value, since: at})
}

// Remove makes key absent from at on.
func (s *Shelf[K, T]) Remove(key K, at time.Time) { s.put(key, &version[T]{since: at, gone: true}) }

func (s *Shelf[K, T]) put(key K, v *version[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e == nil {
		e = &entry[T]{born: v.since}
		s.entries[key] = e
	}
	v.prev = e.now
	e.now = v
	v.trim(s.depth, v.since.Add(-s.horizon))
	for _, o := range s.orders {
		o.moved[e] = struct{}{}
	}
}

// trim cuts the past: states beyond depth, and those that ended before the horizon.
func (v *version[T]) trim(depth int, horizon time.Time) {
	for kept := v; kept.prev != nil; kept = kept.prev {
		if depth == 0 || kept.since.Before(horizon) {
			kept.prev = nil
			return
		}
		depth--
	}
}

// Get is the state of key as of the time; the zero time is now. Where the past is cut, the oldest kept state is served.
func (s *Shelf[K, T]) Get(key K, asOf time.Time) (T, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e == nil {
		var none T
		return none, false
	}
	return e.at(asOf)
}

// Born is when key was first put; the zero time if it never was.
func (s *Shelf[K, T]) Born(key K) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.entries[key]; e != nil {
		return e.born
	}
	return time.Time{}
}

// Reset forgets everything.
func (s *Shelf[K, T]) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries, s.orders, s.names = map[K]*entry[T]{}, map[string]*order[T]{}, nil
}

func (e *entry[T]) at(asOf time.Time) (T, bool) {
	v := e.now
	if !asOf.IsZero() {
		if asOf.Before(e.born) {
			var none T
			return none, false
		}
		for v.since.After(asOf) && v.prev != nil {
			v = v.prev
		}
	}
	return v.value, !v.gone
}
