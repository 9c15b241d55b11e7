package job

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const (
	maxSteps    = 20   // of one operation
	maxStepWord = 1000 // characters kept of what came of one
	stepSaves   = 3    // tries to save one
)

// Step makes one call of an operation that makes several, once: when the operation is tried again, or its job replayed, a
// step that was made is not made again, and what came of it (an id that a later step needs) is what it was. The name is
// one of the operation's Steps. The first step of a create makes the entity, and what comes of it is the vendor's id.
//
// A step that was made and could not be saved is an unknown outcome.
func (j *Job) Step(ctx context.Context, name string, call func(context.Context) (string, error)) (string, error) {
	if was, made := j.steps[name]; made {
		return was, nil
	}
	if j.keep == nil || !slices.Contains(j.names, name) {
		return "", &fault.Error{Kind: fault.Invalid, Reason: "NO_STEP", Message: "operation " + j.Operation + " declares no step " + name}
	}
	is, err := call(ctx)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(is) > maxStepWord {
		return "", &fault.Error{Kind: fault.Drift, Reason: "STEP_TOO_LONG", Message: "what came of step " + name + " is too long to be kept", MayApply: true}
	}
	if err := j.keep(ctx, map[string]string{name: is}); err != nil {
		return "", &fault.Error{Kind: fault.Unavailable, Reason: "STEP_NOT_SAVED", Message: "step " + name + " was made and could not be saved", MayApply: true, Err: err}
	}
	return is, nil
}

// Made is what came of a step; ok is false if it was not made yet, as far as is known.
func (j *Job) Made(name string) (is string, ok bool) {
	is, ok = j.steps[name]
	return is, ok
}

// keeper gives a claimed job the means to save its steps.
func (w *Worker) keeper(j *Job, op *Op) {
	j.names = op.Steps
	if j.steps == nil { // it has not been read from Postgres
		j.steps = map[string]string{}
	}
	j.keep = func(ctx context.Context, made map[string]string) (err error) {
		for range stepSaves {
			save, cancel := saving(ctx)
			err = w.store.saveSteps(save, j, op, made)
			cancel()
			if err == nil {
				maps.Copy(j.steps, made)
				return nil
			}
		}
		return err
	}
}

const saveSteps = `update job set steps = steps || $2::jsonb where id = $1`

// saveSteps keeps steps that were made, whoever holds the lease: it is true. The entity that one of them created has its
// vendor's id from then on.
func (s *Store) saveSteps(ctx context.Context, j *Job, op *Op, made map[string]string) error {
	id := made[op.Steps[0]]
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		if j.Effect == mirror.Creates && id != "" {
			if err := s.mirror.Christen(ctx, tx, b, j.Kind, j.Connection, j.UID, id); err != nil {
				return err
			}
		}
		b.Queue(saveSteps, j.ID, made)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return fmt.Errorf("save steps of job %s: %w", j.ID, err)
	}
	if j.Effect == mirror.Creates && id != "" {
		j.VendorID = id
	}
	return nil
}

// partly goes on after the steps that a probe has found made; a create that is there has made its first.
func (w *Worker) partly(ctx context.Context, j *Job, made map[string]string) error {
	if len(made) == 0 {
		return nil
	}
	return j.keep(ctx, made)
}

// firstStep is the first step of a create whose entity is there, if nobody has saved it.
func (j *Job) firstStep(vendorID string) map[string]string {
	if _, saved := j.steps[j.names[0]]; saved {
		return nil
	}
	return map[string]string{j.names[0]: vendorID}
}

// checkSteps says what is wrong with the steps that an operation declares.
func checkSteps(operation string, names []string) error {
	sorted := slices.Sorted(slices.Values(names))
	if len(names) > maxSteps || slices.Contains(names, "") || len(slices.Compact(sorted)) < len(names) {
		return fmt.Errorf("operation %s: expects at most %d steps, each with a name of its own", operation, maxSteps)
	}
	return nil
}

// Rehearsed is j for whoever tries an operation without a worker: of its steps these are made, and those that it makes are kept in
// memory.
func Rehearsed(j Job, steps []string, made map[string]string) *Job {
	j.names, j.steps = steps, maps.Clone(made)
	if j.steps == nil {
		j.steps = map[string]string{}
	}
	j.keep = func(_ context.Context, more map[string]string) error {
		maps.Copy(j.steps, more)
		return nil
	}
	return &j
}
