// Package history answers what happened in a run: what callers asked for and were told, what readers saw, what the vendor
// did, and what became of every job.
package history

import (
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// Op is what a caller asked for.
type Op string

// The operations.
const (
	Create Op = "create"
	Update Op = "update"
	Child  Op = "child" // what is made of a child belongs to its parent's lane
	Delete Op = "delete"

	Capture  Op = "capture" // of a reserved amount
	Cancel   Op = "cancel"
	Finalize Op = "finalize" // of an invoice
	Pay      Op = "pay"
)

// Write is one change that a caller asked for, with one request id however often it had to ask.
type Write struct {
	Request  uuid.UUID         `json:"request"`
	Writer   string            `json:"writer"`
	Op       Op                `json:"op"`
	Kind     string            `json:"kind"`              // of its subject
	Subject  uuid.UUID         `json:"subject"`           // the entity, or what a child is on; of a create, as it was answered
	Refers   uuid.UUID         `json:"refers,omitzero"`   // the entity that it names, and that must be there first; zero: none
	Values   map[string]string `json:"values,omitempty"`  // by the contract's fields; each was never used before
	Paths    []string          `json:"paths,omitempty"`   // of an update: all it set, also what is too few-valued to be among Values
	Read     map[string]string `json:"read,omitempty"`    // of a guarded write: what it saw before
	Bad      bool              `json:"bad,omitempty"`     // the vendor refuses it: this was intended
	Steps    int               `json:"steps,omitempty"`   // how many deeds make it whole; 0: one
	Lacks    string            `json:"lacks,omitempty"`   // in what words the vendor refuses it where only a part of its subject was made; empty: it does not
	Back     int64             `json:"back,omitempty"`    // the money that it gives back, in minor units
	Began    time.Time         `json:"began"`             // when it was first asked for
	Accepted time.Time         `json:"accepted,omitzero"` // when the answer was there; zero: it was not accepted
	Refused  string            `json:"refused,omitempty"` // the answer of one that was not accepted
	Asked    int               `json:"asked"`             // how often
}

// Sighting is what one reader saw of one subject, time after time the same.
type Sighting struct {
	Reader  string    `json:"reader"`
	Subject uuid.UUID `json:"subject"`
	First   Span      `json:"first"` // of the first read that saw it
	Last    Span      `json:"last"`
	Seen    Seen      `json:"seen"`
}

// Span is from when a read was asked until it was answered: what it saw was so at some time between.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Seen is what a subject showed.
type Seen struct {
	Missing bool              `json:"missing,omitempty"` // NOT_FOUND
	Values  map[string]string `json:"values,omitempty"`  // of those fields whose values are told apart
	Pending []uuid.UUID       `json:"pending,omitempty"` // jobs
	Version int64             `json:"version"`
}

// Job is a write's job as the adapter's database has it at the end.
type Job struct {
	ID       uuid.UUID `json:"id"`
	Request  uuid.UUID `json:"request"`
	UID      uuid.UUID `json:"uid"`
	Kind     string    `json:"kind"`
	State    int       `json:"state"`
	Class    string    `json:"class,omitempty"` // of a dead one
	Created  time.Time `json:"created"`
	Ended    time.Time `json:"ended,omitzero"`
	Attempts int       `json:"attempts"`
	ReplayOf uuid.UUID `json:"replay_of"` // the job that it makes again; zero: none
}

// Whether a job has ended, and how.
const (
	Done = 4
	Dead = 5
)

// Letter is a dead letter.
type Letter struct {
	Job     uuid.UUID `json:"job"` // zero: what was learned could not be translated, or looked at
	Kind    string    `json:"kind"`
	Entity  string    `json:"entity"` // the vendor's id
	Class   string    `json:"class"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	At      time.Time `json:"at"`

	Resolution string    `json:"resolution,omitempty"` // "replayed", "discarded", "succeeded"; empty: nobody has dealt with it
	Resolved   time.Time `json:"resolved,omitzero"`
}

// Purse is what became of a payment's money at the vendor, in minor units.
type Purse struct {
	Payment string `json:"payment"` // the vendor's id
	Charges int    `json:"charges"` // that went through
	Back    int64  `json:"back"`    // what was given back, without what was never taken
}

// Played is an act with the time at which it really was.
type Played struct {
	schedule.Act
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// History is a whole run. All times are of this machine's clock.
type History struct {
	Writes    []Write                 `json:"writes"`
	Sightings []Sighting              `json:"sightings"`
	Jobs      []Job                   `json:"jobs"`
	Letters   []Letter                `json:"letters"`
	Ledger    []vendorsim.Entry       `json:"ledger"`
	Vendor    map[uuid.UUID]string    `json:"vendor"`   // the vendor's id of each subject
	Refusals  map[uuid.UUID]uuid.UUID `json:"refusals"` // the job that each subject says was refused, at the end
	Played    []Played                `json:"played"`
	Purses    []Purse                 `json:"purses,omitempty"`
	Stale     []string                `json:"stale"` // what differed between mirror and vendor at the end
}
