package mirror

import (
	"slices"
	"time"

	"github.com/google/uuid"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// Entity is one row of the mirror, with the writes that are folded over it.
type Entity struct {
	Connection    string
	UID           uuid.UUID
	VendorID      string    // empty until a create is confirmed
	Parent        uuid.UUID // zero where the kind has none
	Version       int64     // counts visible changes; zero: nothing of it was ever shown
	Confirmed     Message   // as the vendor last had it; nil before it was first seen
	Effective     Message   // what is shown
	Payload       []byte    // what is to be merged into the row's; nil: nothing
	Digest        []byte
	Closed        Moment // when what it holds was applied; zero: never
	VendorVersion *int64
	VendorTime    time.Time
	SuspectedAt   time.Time // when the look was opened that first found it absent; zero: no suspicion
	AsOf          time.Time
	Refusal       *typev1.Refusal
	DeletedAt     time.Time // visible deletion, confirmed or intended; zero: none
	CreatedAt     time.Time
	Writes        []PendingWrite // folded over Confirmed, in lane order

	busy bool // a fetch or write of it is queued or under way
}

// PendingWrite is a job whose patch is folded over the confirmed state.
type PendingWrite struct {
	ID         uuid.UUID
	Operation  string
	Creates    bool
	Deletes    bool
	Restores   bool
	Patch      Message // nil where the operation sets no field
	Paths      []string
	AcceptedAt time.Time
	Settled    Moment // zero: still on its way

	seq int64 // its place in the lane
}

// dead reports whether the vendor's last word was that the entity is gone.
func (e *Entity) dead() bool {
	return e.Confirmed != nil && e.Confirmed.GetMirror().GetDeleteTime() != nil
}

// Restored reports whether the vendor has taken a write that brings the entity back, which is not seen yet.
func (e *Entity) Restored() bool {
	return slices.ContainsFunc(e.Writes, func(w PendingWrite) bool { return w.Restores && w.Settled.Seq != 0 })
}

// ghost reports whether all that is known of the entity is that it is not there, and nobody was ever shown it. Its row
// only remembers when that was learned, so that older news cannot bring it to life.
func (e *Entity) ghost() bool {
	return e.Version == 0 && len(e.Writes) == 0 && (e.Confirmed == nil || e.dead())
}

// stillborn reports whether the entity's create was refused.
func (e *Entity) stillborn() bool {
	return e.VendorID == "" && e.Confirmed == nil && !slices.ContainsFunc(e.Writes, func(w PendingWrite) bool { return w.Creates })
}

// merged reports whether the entity was found to be another one, which lives on in its place.
func (e *Entity) merged() bool {
	return e.VendorID == "" && e.Confirmed == nil && len(e.Writes) == 0 && !e.DeletedAt.IsZero()
}

// write is where job stands in e's writes; -1: nowhere.
func (e *Entity) write(job uuid.UUID) int {
	return slices.IndexFunc(e.Writes, func(w PendingWrite) bool { return w.ID == job })
}

// unfold takes jobs off the writes that are folded over e.
func (e *Entity) unfold(jobs ...uuid.UUID) {
	e.Writes = slices.DeleteFunc(slices.Clone(e.Writes), func(w PendingWrite) bool { return slices.Contains(jobs, w.ID) })
}
