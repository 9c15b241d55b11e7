package history

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Recorder takes down what callers and readers tell. It may be shared.
type Recorder struct {
	mu     sync.Mutex
	writes []Write
	last   map[eye]int // of the sightings
	seen   []Sighting
}

type eye struct {
	reader  string
	subject uuid.UUID
}

// NewRecorder has nothing yet.
func NewRecorder() *Recorder { return &Recorder{last: map[eye]int{}} }

// longest is how far apart the first and the last look of one sighting are: those between are not kept.
const longest = time.Second

// Wrote takes down a write that was answered for good.
func (r *Recorder) Wrote(w Write) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = append(r.writes, w)
}

// Saw takes down a look of a reader, who looks at one subject again only when the last look is answered.
func (r *Recorder) Saw(reader string, subject uuid.UUID, when Span, seen Seen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := eye{reader, subject}
	if i, ok := r.last[e]; ok && when.From.Sub(r.seen[i].First.From) < longest && same(r.seen[i].Seen, seen) {
		r.seen[i].Last = when
		return
	}
	r.last[e] = len(r.seen)
	r.seen = append(r.seen, Sighting{reader, subject, when, when, seen})
}

func same(a, b Seen) bool {
	return a.Missing == b.Missing && a.Version == b.Version && maps.Equal(a.Values, b.Values) && slices.Equal(a.Pending, b.Pending)
}

// Told is all that was taken down.
func (r *Recorder) Told() ([]Write, []Sighting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.writes), slices.Clone(r.seen)
}

// Counts is how many writes were accepted, and how many were not.
func (r *Recorder) Counts() (accepted, refused int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.writes {
		if w.Accepted.IsZero() {
			refused++
		} else {
			accepted++
		}
	}
	return accepted, refused
}
