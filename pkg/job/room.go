package job

import (
	"context"
	"time"
)

// room is places of a worker in this process, kept for writes that a transaction is about to claim as it inserts them.
type room struct {
	places int
	claims Claims
	start  func([]*Job) // what was claimed; called once, and gives back the places that are left
}

// host is a worker that may have room.
type host interface {
	room(connection string, most int) *room // nil: none
}

// room is what the worker of this process has for up to most writes; nil: none, or there is no worker.
func (s *Store) room(connection string, most int) *room {
	if h := s.host.Load(); h != nil && most > 0 {
		return (*h).room(connection, most)
	}
	return nil
}

// room takes places for writes while the last look left nothing that was due, and no line waits for one: what has waited for longer
// goes first, as far as this replica knows.
func (w *Worker) room(connection string, most int) *room {
	l := w.lines[connection]
	if l == nil || !l.level.Load() || w.store.gate.Closed(connection) > 0 || w.crowded() {
		return nil
	}
	n := l.offer(most)
	if n == 0 {
		return nil
	}
	began := time.Now()
	return &room{places: n, claims: w.claims(), start: func(claimed []*Job) {
		defer l.under.Done()
		l.start(context.Background(), claimed, began)
		left := n - len(claimed)
		l.unkeep(left)
		l.release(left)
		if left > 0 && !l.dry.Load() {
			l.wake() // who looked meanwhile may have found no place
		}
	}}
}

// offer takes up to most slots for writes, unless the line is about to end. Whoever ends it waits until they are given back.
func (l *line) offer(most int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open {
		return 0
	}
	n, _ := l.reserve(min(most, cap(l.slots)-1-l.writing))
	l.writing += n
	if n > 0 {
		l.under.Add(1)
	}
	return n
}
