package sim

import (
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// table is a small list that the tenant's people have set up: some dozens of rows, always read whole.
type table[T any] struct {
	key func(*T) string

	mu   sync.Mutex
	rows []T
	seen []T // what the vendor's own cache still shows, until then
	till time.Time
}

func (t *table[T]) reset(rows []T) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows, t.seen, t.till = rows, nil, time.Time{}
}

// all is every row, of which the caller may keep any.
func (t *table[T]) all() []T {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.rows)
}

// cached is every row as the vendor's own cache shows it, which looks again after so long.
func (t *table[T]) cached(now time.Time, life time.Duration) []T {
	t.mu.Lock()
	defer t.mu.Unlock()
	if life == 0 || t.seen == nil || !now.Before(t.till) {
		t.seen, t.till = slices.Clone(t.rows), now.Add(life)
	}
	return slices.Clone(t.seen)
}

// clear empties the vendor's own cache.
func (t *table[T]) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.seen = nil
}

func (t *table[T]) find(key string) (T, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := t.at(key); at >= 0 {
		return t.rows[at], true
	}
	var none T
	return none, false
}

func (t *table[T]) has(key string) bool {
	_, ok := t.find(key)
	return ok
}

func (t *table[T]) at(key string) int {
	return slices.IndexFunc(t.rows, func(row T) bool { return t.key(&row) == key })
}

// edit is a person adding a row, or changing the fields of one that the element names.
func (t *table[T]) edit(element json.RawMessage) (any, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var row T
	if err := fill(element, &row); err != nil {
		return nil, err
	}
	key := t.key(&row)
	at := t.at(key)
	if at < 0 {
		t.rows = append(t.rows, row)
		return row, nil
	}
	err := fill(element, &t.rows[at])
	return t.rows[at], err
}
