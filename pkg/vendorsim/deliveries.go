package vendorsim

import (
	"slices"
	"sync"
	"time"
)

// Outcome is how a delivery ended.
type Outcome string

// The outcomes.
const (
	Sent    Outcome = "sent"    // answered with success
	Failed  Outcome = "failed"  // answered otherwise, or not at all
	Dropped Outcome = "dropped" // lost on its way, on purpose
)

// Delivered is one delivery after its attempt.
type Delivered struct {
	Delivery
	At       time.Time     `json:"at"`
	Took     time.Duration `json:"took_ns"`
	Outcome  Outcome       `json:"outcome"`
	Status   int           `json:"status"` // 0: no answer
	Response string        `json:"response,omitempty"`
	Error    string        `json:"error,omitempty"`
}

// SenderStats counts deliveries. Waiting are those neither sent, failed nor dropped yet: 0 means all is quiet.
type SenderStats struct {
	Waiting    int    `json:"waiting"`
	Sent       uint64 `json:"sent"`
	Failed     uint64 `json:"failed"`
	Dropped    uint64 `json:"dropped"`
	Duplicated uint64 `json:"duplicated"`
	Reordered  uint64 `json:"reordered"`
	Overflowed uint64 `json:"overflowed"`
}

// deliveryLog is the newest deliveries and the counts of all.
type deliveryLog struct {
	mu    sync.Mutex
	size  int
	done  []Delivered
	stats SenderStats
}

func (l *deliveryLog) add(d Delivered) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.done) >= 2*l.size {
		l.done = slices.Clone(l.done[l.size:])
	}
	l.done = append(l.done, d)
	l.stats.Waiting--
	switch d.Outcome {
	case Sent:
		l.stats.Sent++
	case Failed:
		l.stats.Failed++
	case Dropped:
		l.stats.Dropped++
	}
}

func (l *deliveryLog) count(change func(*SenderStats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change(&l.stats)
}

// Deliveries is the newest deliveries, oldest first.
func (s *Sender) Deliveries() []Delivered {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return append([]Delivered{}, s.log.done...)
}

// Stats counts the deliveries.
func (s *Sender) Stats() SenderStats {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.stats
}

// Reset forgets what was delivered. What waits is still sent.
func (s *Sender) Reset() {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.done, s.log.stats = nil, SenderStats{Waiting: s.log.stats.Waiting}
}
