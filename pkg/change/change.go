// Package change answers what became visible, in which order, and where a reader goes on.
//
// Every visible change is a row, written by the transaction that made it. Rows are read in the order (transaction, number)
// and only below the oldest transaction still running: what is read can have no predecessor that commits later, so a
// reader skips nothing. A transaction that stays open delays readers, and never costs them a change.
package change

import (
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/page"
)

// Change says that an entity became visibly different.
type Change struct {
	Position
	UID     uuid.UUID
	Version int64 // of the entity after it
	At      time.Time
}

// Position is a place in the order of all changes: everything up to it has been read. Places of one database only can
// be compared.
type Position struct {
	XID uint64 `json:"x"`
	Seq int64  `json:"n"`
}

func (p Position) before(q Position) bool { return p.XID < q.XID || p.XID == q.XID && p.Seq < q.Seq }

// Seal is the token with which a reader of this kind of this connection goes on at p.
func (p Position) Seal(connection, kind string) (string, error) {
	return page.Seal(p, "change", connection, kind)
}

// Open is the place that a token was given out for. fault.Invalid, about field: it is malformed, or it belongs to
// another connection or kind.
func Open(field, token, connection, kind string) (Position, error) {
	p, err := page.Open[Position](token, "change", connection, kind)
	if err != nil {
		return Position{}, fault.Field(field, "is not a token that was given out here for this parent")
	}
	return p, nil
}

// ReasonResync is the reason of a token that is older than what is kept.
const ReasonResync = "RESYNC"

func resync() error {
	return &fault.Error{
		Kind: fault.Invalid, Reason: ReasonResync,
		Message: "the token is older than the changes that are kept: list again, and go on from now",
	}
}
