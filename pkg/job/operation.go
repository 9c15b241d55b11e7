package job

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Safety is how a repeat of an operation is made safe. The zero value is no declaration, which New refuses.
type Safety uint8

// The safeties.
const (
	Undeclared Safety = iota
	Idempotent        // repeating it changes nothing more
	Keyed             // the vendor tells a repeat by the job's id, for KeyLife; then it is probed
	Probed            // looked for by its mark before it is sent again
	Never             // it is never repeated: an unknown outcome goes to a person
)

// Operation is one way to change a vendor.
type Operation[T mirror.Message] struct {
	Name   string // "UpdateTicket"
	Kind   string // of the entity
	Effect mirror.Effect
	Safety Safety
	// Settling is how long after the deadline of an attempt its effect may still appear at the vendor.
	Settling time.Duration
	// KeyLife is how long the vendor remembers a key.
	KeyLife time.Duration
	// Steps name the calls of an operation that makes several, in order; it makes each through Job.Step. None: one call.
	Steps []string
	// Attempt makes one attempt. The kind of its error decides the job's fate.
	Attempt func(ctx context.Context, j *Job, patch T) (Result, error)
	// Probe looks for the job's mark; required for Probed and Keyed.
	Probe func(ctx context.Context, j *Job, patch T) (Answer, error)
}

// Result is what the vendor said when it accepted a write.
type Result struct {
	VendorID string // of what was created; empty otherwise
	// Seen is the state that came back; nil: none did. Its Opened and Source are the kernel's to set.
	Seen *mirror.Observation
}

// Found is what a probe found.
type Found uint8

// The answers.
const (
	CannotTell Found = iota // the zero value: said when in doubt
	Present                 // with its mark
	Absent
	Partly // with its mark, and some of its steps not made: the attempt goes on after those in Answer.Steps
)

// Answer is a probe's.
type Answer struct {
	Found  Found
	Result Result            // of a Present or Partly: Seen must carry the job's mark, which the kernel compares
	Steps  map[string]string // of a Partly: those that were made, and what came of each
}

// Op is an Operation with its type forgotten.
type Op struct {
	Name     string
	Kind     string
	Effect   mirror.Effect
	Safety   Safety
	Settling time.Duration
	KeyLife  time.Duration
	Steps    []string
	attempt  func(context.Context, *Job) (Result, error)
	probe    func(context.Context, *Job) (Answer, error)
}

// Bind is o as the kernel keeps it. An error says what o forgot to declare.
func (o Operation[T]) Bind() (*Op, error) {
	switch {
	case o.Safety == Undeclared:
		return nil, fmt.Errorf("operation %s does not declare how a repeat is made safe", o.Name)
	case (o.Safety == Probed || o.Safety == Keyed) && o.Probe == nil:
		return nil, fmt.Errorf("operation %s declares a probe and has none", o.Name)
	case o.Safety == Keyed && o.KeyLife <= 0:
		return nil, fmt.Errorf("operation %s does not declare how long the vendor remembers its key", o.Name)
	case o.Attempt == nil:
		return nil, fmt.Errorf("operation %s has no attempt", o.Name)
	}
	if err := checkSteps(o.Name, o.Steps); err != nil {
		return nil, err
	}
	op := &Op{
		Name: o.Name, Kind: o.Kind, Effect: o.Effect, Safety: o.Safety, Settling: o.Settling, KeyLife: o.KeyLife, Steps: o.Steps,
	}
	op.attempt = func(ctx context.Context, j *Job) (Result, error) {
		patch, _ := j.Patch.(T)
		return o.Attempt(ctx, j, patch)
	}
	if o.Probe != nil {
		op.probe = func(ctx context.Context, j *Job) (Answer, error) {
			patch, _ := j.Patch.(T)
			return o.Probe(ctx, j, patch)
		}
	}
	return op, nil
}

// Fetch reads an entity, and what comes along with it, from the vendor. An entity that is not there is an observation
// of its absence; not being allowed to see it is an error of kind Hidden. Opened and Source are the kernel's to set.
type Fetch func(ctx context.Context, connection string, ref mirror.Ref) ([]mirror.Observation, error)
