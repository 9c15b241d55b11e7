package change

import (
	"sync"
	"time"
)

// Bell tells every follower at once that something may have become visible. The zero value works; all methods may be
// called by several goroutines, and on nil, which never rings.
type Bell struct {
	mu        sync.Mutex
	next      chan struct{}
	followers int
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

// join counts a follower until it leaves.
func (b *Bell) join() (leave func()) {
	if b == nil {
		return func() {}
	}
	b.count(1)
	return func() { b.count(-1) }
}

func (b *Bell) count(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.followers += n
}

// breath is the least time between two looks of one follower that found the end: a bell that never stops costs no more than that, and
// the more there are, the less often each looks. Together they look a thousand times a second at most.
func (b *Bell) breath() time.Duration {
	if b == nil {
		return breath
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return max(breath, time.Duration(b.followers)*time.Millisecond)
}
