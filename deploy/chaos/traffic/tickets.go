package traffic

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// Tickets are those that everybody fights over. They may be shared.
type Tickets struct {
	mu   sync.Mutex
	hot  []subject
	read []subject // the hot, and those that lately were
	most int
	ids  map[uuid.UUID]string // the vendor's, of all that ever were among them
}

// subject is a ticket under a name that stays valid.
type subject struct {
	uid  uuid.UUID
	name string
}

// NewTickets is a set of at most so many.
func NewTickets(most int) *Tickets { return &Tickets{most: most, ids: map[uuid.UUID]string{}} }

// Add lets everybody at a ticket; where there are too many, the oldest gets its peace, and is read for a while yet.
func (t *Tickets) Add(ticket *psav1.Ticket) {
	uid, err := uuid.Parse(ticket.GetUid())
	if err != nil {
		return // a ticket without a uid is found by those who look for what they were told
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.ids[uid]; known {
		return
	}
	t.ids[uid] = ""
	s := subject{uid, ticket.GetName()}
	t.hot, t.read = last(append(t.hot, s), t.most), last(append(t.read, s), 2*t.most)
}

func last(of []subject, most int) []subject { return of[max(len(of)-most, 0):] }

// Drop leaves a ticket alone.
func (t *Tickets) Drop(uid uuid.UUID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hot = slices.DeleteFunc(t.hot, func(s subject) bool { return s.uid == uid })
}

// learn remembers the vendor's id that a name has become.
func (t *Tickets) learn(uid uuid.UUID, name string) {
	id := name[strings.LastIndexByte(name, '/')+1:]
	if strings.HasPrefix(id, "~") {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ids[uid] = id
}

// one is any of them.
func (t *Tickets) one(dice *rand.Rand) (subject, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.hot) == 0 {
		return subject{}, false
	}
	return t.hot[dice.IntN(len(t.hot))], true
}

// known is any of those that the vendor has, under the vendor's id.
func (t *Tickets) known(dice *rand.Rand) (subject, int, bool) {
	s, ok := t.one(dice)
	if !ok {
		return s, 0, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, err := strconv.Atoi(t.ids[s.uid])
	return s, id, err == nil
}

// lately is those that are read.
func (t *Tickets) lately() []subject {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.read)
}

// Vendor is the vendor's id of each ticket that ever was among them, as far as it is known.
func (t *Tickets) Vendor() map[uuid.UUID]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.ids)
}
