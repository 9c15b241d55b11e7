package vendorsim

import (
	"sync"
	"time"
)

// Limiter allows so many requests in any window of time, rolling. A refused request is not counted against the window.
type Limiter struct {
	limit  int
	window time.Duration

	mu    sync.Mutex
	ring  []time.Time // the last limit allowed requests; a ring once it is full
	next  int
	stats LimiterStats
}

// LimiterStats is what a limiter has seen.
type LimiterStats struct {
	Allowed uint64 `json:"allowed"`
	Refused uint64 `json:"refused"`
}

// NewLimiter allows limit requests in each window; a limit of 0 allows everything.
func NewLimiter(limit int, window time.Duration) *Limiter {
	return &Limiter{limit: max(limit, 0), window: window}
}

// Allow says whether a request at now fits.
func (l *Limiter) Allow(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit > 0 && len(l.ring) == l.limit && now.Sub(l.ring[l.next]) < l.window {
		l.stats.Refused++
		return false
	}
	l.stats.Allowed++
	l.remember(now)
	return true
}

func (l *Limiter) remember(now time.Time) {
	switch {
	case l.limit == 0:
	case len(l.ring) < l.limit:
		l.ring = append(l.ring, now)
	default:
		l.ring[l.next] = now
		l.next = (l.next + 1) % l.limit
	}
}

// Stats is what the limiter has seen.
func (l *Limiter) Stats() LimiterStats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

// Reset forgets every request.
func (l *Limiter) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring, l.next, l.stats = nil, 0, LimiterStats{}
}
