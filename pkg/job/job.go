package job

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Format is the number of the format in which this build writes jobs. It can run this one and every lower one.
const Format = 1

// State is how far a job has come.
type State int16

// The states; the numbers are stored.
const (
	Waiting State = iota // behind another write of its lane
	Queued               // may run once its time has come
	Claimed              // a worker has it, under a lease
	Settled              // the vendor took it; a sight of the result is awaited
	Done                 // and seen
	Dead                 // buried as a dead letter
)

// Class is the class of a dead letter.
type Class string

// The classes.
const (
	Refused        Class = "REFUSED"         // the vendor will never accept it
	Exhausted      Class = "EXHAUSTED"       // it failed for longer than jobs are tried
	OutcomeUnknown Class = "OUTCOME_UNKNOWN" // it may have been applied, and nobody can tell
	Superseded     Class = "SUPERSEDED"      // somebody else changed its fields meanwhile
	Predecessor    Class = "PREDECESSOR"     // what it builds on was buried
	SchemaDrift    Class = "SCHEMA_DRIFT"    // the vendor's answer breaks the shape that we rely on
)

// Job is a claimed job.
type Job struct {
	ID         uuid.UUID // also the mark
	Connection string
	Kind       string
	UID        uuid.UUID
	VendorID   string // of the entity as the mirror has it; of the target in a fetch
	ParentID   string // the vendor's id of the parent, for kinds that have one
	Lane       string
	BudgetKey  string
	Class      budget.Class
	Operation  string
	Effect     mirror.Effect
	Patch      mirror.Message
	Paths      []string
	Base       mirror.Message
	Confirmed  mirror.Message // the fields in Paths as the vendor last had them when the job was accepted
	Arguments  map[string]string
	Guarded    bool
	Replayed   bool
	Caller     string
	Trace      string
	CreatedAt  time.Time
	AgainAt    time.Time
	Attempts   int
	Failures   int
	Waited     time.Duration
	Opened     mirror.Moment // of this claim; its number is the lease
	Deadline   time.Time     // of this claim's attempt, Postgres's time
	UnsureAt   time.Time     // when the last attempt was given up that may have been applied, or its deadline; zero: none
	AbsentAt   time.Time     // first look that did not find it; zero: none
	Turn       int           // which of its keys this attempt uses, where the vendor goes by one: another only once a failure is kept under it
	// References are the entities that it refers to, all of them created by now.
	References []mirror.Reference

	refers                 int               // how many there are
	steps                  map[string]string // those that were made, and what came of each
	names                  []string          // of the steps that its operation declares
	keep                   func(context.Context, map[string]string) error
	patch, base, confirmed []byte
	arguments              json.RawMessage
	unreadable             error          // why it cannot be decoded here
	again                  bool           // it was put off: it is due again sooner or later
	parentDead             bool           // the vendor has deleted the entity that its own hangs on
	entity                 *mirror.Entity // of a write, as it stood when the job was claimed; nil: there is none
}

// Request is a job to be accepted.
type Request struct {
	ID            uuid.UUID
	Connection    string
	Kind          string
	UID           uuid.UUID
	Lane          string
	BudgetKey     string
	Operation     string
	Effect        mirror.Effect
	Patch         []byte
	Paths         []string
	Base          []byte
	BaseConfirmed []byte
	Arguments     map[string]string
	Guarded       bool
	Caller        string
	RequestID     uuid.UUID // zero: none
	RequestDigest []byte
	Trace         string
	// After are the entities that it refers to, as Propose resolved them: the job waits for those without a vendor's id.
	After []mirror.Reference

	claimed *Job // what claims it as it is inserted; nil: nobody does
}

// NewID is the id of a new job: a UUIDv7, which is also its mark at the vendor.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
