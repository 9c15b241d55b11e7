package vendorsim

import (
	"sync"
	"time"
)

// Entry is one change the vendor made, whoever asked for it.
type Entry struct {
	Seq         uint64            `json:"seq"` // from 1, without holes
	At          time.Time         `json:"at"`
	Kind        string            `json:"kind"`                  // "ticket"
	ID          string            `json:"id"`                    // the vendor's id
	Parent      string            `json:"parent,omitempty"`      // the id of what it belongs to
	Op          string            `json:"op"`                    // "create", "update", "delete", ...
	By          string            `json:"by"`                    // the person or service account
	Application string            `json:"application,omitempty"` // the API application; empty: a person
	Fields      map[string]any    `json:"fields,omitempty"`      // what was asked to be written
	Marks       map[string]string `json:"marks,omitempty"`       // fields in which a caller can find its own changes again
}

// Ledger is the record of all changes, in order. It is bounded: beyond its size the oldest go, and are counted.
type Ledger struct {
	mu      sync.Mutex
	size    int
	entries []Entry
	last    uint64
	lost    uint64
}

// NewLedger keeps at least the newest size entries; 0: a million.
func NewLedger(size int) *Ledger {
	if size <= 0 {
		size = 1_000_000
	}
	return &Ledger{size: size}
}

// Append records a change and numbers it.
func (l *Ledger) Append(e Entry) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	e.Seq = l.last
	if len(l.entries) >= 2*l.size { // in halves, so that a full ledger is not copied for each entry
		l.entries = append([]Entry(nil), l.entries[l.size:]...)
		l.lost += uint64(l.size) //nolint:gosec // positive by construction
	}
	l.entries = append(l.entries, e)
	return e.Seq
}

// Extract is part of a ledger.
type Extract struct {
	Entries []Entry `json:"entries"`
	Last    uint64  `json:"last"` // the newest number there is; more than the last entry's: ask again from there
	Lost    uint64  `json:"lost"` // how many of the oldest are kept no more
}

// Since is up to limit entries after the number seq, oldest first.
func (l *Ledger) Since(seq uint64, limit int) Extract {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := Extract{Entries: []Entry{}, Last: l.last, Lost: l.lost}
	from := min(max(seq, l.lost)-l.lost, uint64(len(l.entries)))
	to := min(from+uint64(max(limit, 0)), uint64(len(l.entries))) //nolint:gosec // not negative
	out.Entries = append(out.Entries, l.entries[from:to]...)
	return out
}

// Reset forgets everything and numbers from 1 again.
func (l *Ledger) Reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries, l.last, l.lost = nil, 0, 0
}
