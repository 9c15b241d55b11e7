package cast

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// Hand is what a caller draws changes with.
type Hand struct {
	Name  string
	Place int // among the callers, from 0
	Dice  *rand.Rand
	Count int // changes drawn so far
}

// Text is a value that nobody has used before.
func (h *Hand) Text(field string) string {
	return fmt.Sprintf("%s of %s, its %d.", field, h.Name, h.Count)
}

// Begin is a write that is asked for from now on.
func (h *Hand) Begin(op history.Op, kind string, subject uuid.UUID) history.Write {
	return history.Write{Request: h.id(), Writer: h.Name, Op: op, Kind: kind, Subject: subject, Values: map[string]string{}, Began: time.Now()}
}

// id is a request's, out of the dice.
func (h *Hand) id() (id uuid.UUID) {
	for i := range id {
		id[i] = byte(h.Dice.UintN(256)) //nolint:gosec // below 256
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id
}
