package job

import (
	"sync"
	"time"
)

// merge is a ticket that lives on as another, which has so many of its actions.
type merge struct {
	connection string
	from, into int64
	copies     int
}

// merges remembers for a while which merges were told, so that a ticket into which others were merged costs no more than any other each
// time it changes. What was told and could not be saved is told again then. It may be used at the same time.
type merges struct {
	mu    sync.Mutex
	until map[merge]time.Time
}

const (
	remembered = time.Hour
	maxMerges  = 10_000
)

func newMerges() *merges { return &merges{until: map[merge]time.Time{}} }

// told reports whether m was told lately.
func (s *merges) told(m merge, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.until[m])
}

func (s *merges) remember(m merge, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.until) >= maxMerges {
		clear(s.until)
	}
	s.until[m] = now.Add(remembered)
}
