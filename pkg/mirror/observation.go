package mirror

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Moment is a number from the one Postgres sequence, with Postgres's time of drawing it. The zero value is "never".
type Moment struct {
	Seq int64
	At  time.Time
}

// follows says whether m was drawn after other, and at least lag later.
func (m Moment) follows(other Moment, lag time.Duration) bool {
	return m.Seq > other.Seq && !m.At.Before(other.At.Add(lag))
}

// Source is where an observation comes from.
type Source uint8

// The sources.
const (
	Fetch    Source = iota + 1 // we asked for this entity
	Write                      // the vendor's answer to a write of ours
	Sweep                      // a row of a listing
	Snapshot                   // pushed by the vendor, or read from its event feed: no request of ours asked for this state
)

// Presence is what was seen of the entity.
type Presence uint8

// The presences.
const (
	Present Presence = iota // the zero value: a state was seen
	Absent                  // the vendor said there is none, and our credentials would have seen it
	Deleted                 // the vendor said that it was deleted
)

// Coverage is which fields an observation speaks for. The zero value covers nothing.
type Coverage struct {
	Whole bool
	Paths []string // top-level fields of the contract's message; unused if Whole
	// Some are fields of which State has some elements only, to be laid over what is there by the kind's Merge. They are not
	// covered: a write to one is not shown by it.
	Some []string
}

// Whole covers every field.
func Whole() Coverage { return Coverage{Whole: true} }

// Fields covers the fields named, top-level names of the contract's message.
func Fields(paths ...string) Coverage { return Coverage{Paths: paths} }

// Ref names an entity by the vendor's id.
type Ref struct {
	Kind     string
	VendorID string
}

// Valid reports whether something can have such an id: what strangers send may name anything.
func (r Ref) Valid() bool { return len(r.VendorID) <= maxWord && pg.IsText(r.VendorID) }

// Observation is something learned about one entity. Its connection is given where it is applied, so that nothing
// crosses from one to another.
type Observation struct {
	Ref
	Source   Source
	Presence Presence
	// Opened was drawn before the request was sent; zero in a Snapshot, which no request asked for.
	Opened Moment
	// Covers says which fields State and Payload speak for.
	Covers Coverage
	// State is the vendor's state in the contract's words; only covered fields count. Nil unless Present.
	State Message
	// Payload is the vendor's own JSON object, merged into the row's by its top-level keys; may be nil.
	Payload json.RawMessage
	// Mark is the job id found in what was seen; zero: none.
	Mark uuid.UUID
	// Parent is the entity it hangs on, for kinds that have one.
	Parent Ref
	// Became is the id under which the entity lives on at the vendor, which merged it into another or gave it another
	// id; empty: it is still itself. Nothing else of such an observation counts.
	Became string
	// Version is the vendor's ordered version; nil where it has none.
	Version *int64
	// VendorTime is the vendor's own time of this state; zero: not said. Compared only with itself.
	VendorTime time.Time
}

// asked reports whether a request of ours asked for what was seen. A snapshot read from a feed stays a snapshot: it does
// not inherit the moment of the request that read it.
func (o Observation) asked() bool { return o.Source != Snapshot && o.Opened.Seq != 0 }

// renames reports whether o says that its entity lives on under another id.
func (o Observation) renames() bool { return o.Became != "" && o.Became != o.VendorID }

// hint reports whether o says only that something has changed: a snapshot that nothing places in order.
func (o Observation) hint() bool {
	return o.Source == Snapshot && o.VendorTime.IsZero() && o.Version == nil
}

// whole reports whether o leaves nothing of the entity unsaid.
func (o Observation) whole() bool { return o.Covers.Whole || o.Presence != Present }

// covers reports whether o speaks for every field that w set.
func (o Observation) covers(w PendingWrite) bool {
	return o.whole() || !slices.ContainsFunc(w.Paths, func(p string) bool { return !slices.Contains(o.Covers.Paths, p) })
}

// paths are the fields that o's state speaks for.
func (o Observation) paths() []string {
	if o.Covers.Whole {
		return every(o.State)
	}
	return o.Covers.Paths
}

// at is when what was seen was true: not before it was asked for.
func (o Observation) at(now Moment) time.Time {
	if o.asked() {
		return o.Opened.At
	}
	return now.At
}
