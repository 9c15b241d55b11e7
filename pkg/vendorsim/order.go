package vendorsim

import (
	"slices"
	"time"
)

// maxOrders bounds how many sorted copies of a shelf are kept.
const maxOrders = 8

// Order sorts a shelf: negative if a comes before b. The name tells orders apart; equal names must compare alike.
type Order[T any] struct {
	Name    string
	Compare func(a, b T) int
}

// Query is which rows of a shelf are wanted.
type Query[T any] struct {
	Order  Order[T]
	AsOf   time.Time    // the zero time is now
	Match  func(T) bool // nil: all
	Offset int
	Limit  int // negative: all
}

// Page is the wanted rows, and how many match altogether. Reading today costs one walk over a sorted copy that is kept and
// repaired; only reading the past sorts afresh.
func (s *Shelf[K, T]) Page(q Query[T]) (rows []T, total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !q.AsOf.IsZero() {
		return q.page(s.past(q))
	}
	kept := s.order(q.Order)
	return q.page(func(yield func(T) bool) {
		for _, row := range kept.rows {
			if !yield(row.version.value) {
				return
			}
		}
	})
}

func (q Query[T]) page(all func(func(T) bool)) (rows []T, total int) {
	for value := range all {
		if q.Match != nil && !q.Match(value) {
			continue
		}
		if total >= q.Offset && (q.Limit < 0 || len(rows) < q.Limit) {
			rows = append(rows, value)
		}
		total++
	}
	return rows, total
}

func (s *Shelf[K, T]) past(q Query[T]) func(func(T) bool) {
	var values []T
	for _, e := range s.entries {
		if value, ok := e.at(q.AsOf); ok && (q.Match == nil || q.Match(value)) {
			values = append(values, value)
		}
	}
	slices.SortFunc(values, q.Order.Compare)
	return slices.Values(values)
}

// order is one sorted copy, and the entries that have changed since it was right.
type order[T any] struct {
	compare func(a, b row[T]) int
	rows    []row[T]
	moved   map[*entry[T]]struct{}
}

type row[T any] struct {
	entry   *entry[T]
	version *version[T]
}

func (s *Shelf[K, T]) order(want Order[T]) *order[T] {
	kept := s.orders[want.Name]
	if kept == nil {
		kept = &order[T]{moved: make(map[*entry[T]]struct{}, len(s.entries))}
		kept.compare = func(a, b row[T]) int { return want.Compare(a.version.value, b.version.value) }
		for _, e := range s.entries {
			kept.moved[e] = struct{}{}
		}
		s.keep(want.Name, kept)
	}
	kept.repair()
	return kept
}

func (s *Shelf[K, T]) keep(name string, o *order[T]) {
	if len(s.names) >= maxOrders {
		delete(s.orders, s.names[0])
		s.names = s.names[1:]
	}
	s.orders[name] = o
	s.names = append(s.names, name)
}

// repair takes out the rows that changed, sorts these alone, and merges them back.
func (o *order[T]) repair() {
	if len(o.moved) == 0 {
		return
	}
	still := slices.DeleteFunc(o.rows, func(r row[T]) bool { return r.entry.now != r.version })
	fresh := make([]row[T], 0, len(o.moved))
	for e := range o.moved {
		if !e.now.gone {
			fresh = append(fresh, row[T]{entry: e, version: e.now})
		}
	}
	slices.SortFunc(fresh, o.compare)
	o.rows = merge(still, fresh, o.compare)
	clear(o.moved)
}

func merge[R any](a, b []R, compare func(a, b R) int) []R {
	out := make([]R, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compare(b[0], a[0]) < 0 {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}
