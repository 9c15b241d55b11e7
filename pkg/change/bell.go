package change

import "sync"

// Bell tells every follower at once that something may have become visible. The zero value works; all methods may be
// called by several goroutines, and on nil, which never rings.
type Bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// Ring wakes whoever waits. It never blocks.
func (b *Bell) Ring() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// Next is closed by the next Ring.
func (b *Bell) Next() <-chan struct{} {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == nil {
		b.next = make(chan struct{})
	}
	return b.next
}
