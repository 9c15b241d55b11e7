package cast

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// Subjects are those that everybody fights over. They may be shared.
type Subjects struct {
	mu   sync.Mutex
	hot  map[string][]Subject // by kind
	read map[string][]Subject // the hot, and those that lately were
	most int
	ids  map[uuid.UUID]string // the vendor's, of all that ever were among them
}

// Subject is an entity under a name that stays valid.
type Subject struct {
	Kind string
	UID  uuid.UUID
	Name string
}

// NewSubjects is a set of at most so many of each kind.
func NewSubjects(most int) *Subjects {
	return &Subjects{hot: map[string][]Subject{}, read: map[string][]Subject{}, most: most, ids: map[uuid.UUID]string{}}
}

// Add lets everybody at a subject; where there are too many, the oldest gets its peace, and is read for a while yet.
func (s *Subjects) Add(v View) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.ids[v.UID]; known || v.UID == uuid.Nil {
		return
	}
	s.ids[v.UID] = ""
	one := Subject{v.Kind, v.UID, v.Name}
	s.hot[v.Kind], s.read[v.Kind] = last(append(s.hot[v.Kind], one), s.most), last(append(s.read[v.Kind], one), 2*s.most)
}

func last(of []Subject, most int) []Subject { return of[max(len(of)-most, 0):] }

// Drop leaves a subject alone.
func (s *Subjects) Drop(one Subject) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hot[one.Kind] = slices.DeleteFunc(s.hot[one.Kind], func(o Subject) bool { return o.UID == one.UID })
}

// Learn remembers the vendor's id that a name has become.
func (s *Subjects) Learn(uid uuid.UUID, name string) {
	id := name[strings.LastIndexByte(name, '/')+1:]
	if strings.HasPrefix(id, "~") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[uid] = id
}

// One is any of a kind.
func (s *Subjects) One(dice *rand.Rand, kind string) (Subject, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hot[kind]) == 0 {
		return Subject{}, false
	}
	return s.hot[kind][dice.IntN(len(s.hot[kind]))], true
}

// Known is any of those of a kind that the vendor has, with the vendor's id.
func (s *Subjects) Known(dice *rand.Rand, kind string) (Subject, string, bool) {
	one, ok := s.One(dice, kind)
	if !ok {
		return one, "", false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.ids[one.UID]
	return one, id, id != ""
}

// Lately is those that are read, by kind.
func (s *Subjects) Lately() map[string][]Subject {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := map[string][]Subject{}
	for kind, some := range s.read {
		all[kind] = slices.Clone(some)
	}
	return all
}

// Vendor is the vendor's id of each subject that ever was among them, as far as it is known.
func (s *Subjects) Vendor() map[uuid.UUID]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.ids)
}
