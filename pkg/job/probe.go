package job

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// clear finds out what became of an attempt that may have been applied. ended says that the job needs no attempt now:
// it was found, put off until the next look, or buried. Otherwise it is proven absent and may be sent.
func (w *Worker) clear(ctx context.Context, j *Job, op *Op) (ended bool, err error) {
	t := try{action: "probe", began: time.Now()}
	switch {
	case op.Safety == Never:
		return true, w.bury(ctx, j, OutcomeUnknown, unknown("it may have been applied, and its operation is never repeated"), t)
	case op.Safety == Keyed && j.Opened.At.Sub(j.CreatedAt) < op.KeyLife:
		return false, nil // the vendor tells a repeat by its key
	}
	return w.seek(ctx, j, op, t)
}

// seek makes one look, and does what follows from it; ended says, as clear's, that the job needs no attempt now.
func (w *Worker) seek(ctx context.Context, j *Job, op *Op, t try) (ended bool, err error) {
	a, err := op.probe(ctx, j)
	if err != nil {
		f := *fault.Of(err)
		f.MayApply = false // a look changes nothing
		if f.Settles {     // what it has found is that the vendor refused the write
			return true, w.bury(ctx, j, Refused, &f, t)
		}
		if f.Kind == fault.Invalid || f.Kind == fault.Hidden {
			f.Kind = fault.Unknown // a look that is refused says nothing about the write: look again
		}
		return true, w.fail(ctx, j, &f, t)
	}
	return w.weigh(ctx, j, op, a, t)
}

func (w *Worker) weigh(ctx context.Context, j *Job, op *Op, a Answer, t try) (ended bool, err error) {
	switch {
	case a.Found == Present && j.marked(a.Result.Seen):
		t.outcome = "found"
		w.metrics.count(ctx, j, "found")
		return true, w.settle(ctx, j, a.Result, t)
	case a.Found == Partly && j.marked(a.Result.Seen):
		t.outcome = "found in part"
		w.metrics.count(ctx, j, "found")
		if err := w.partly(ctx, j, a.Steps); err != nil {
			return true, w.fail(ctx, j, err, t)
		}
		held, err := w.store.absolve(ctx, j, t)
		return !held, err
	case a.Found == Absent:
		return w.absent(ctx, j, op, t)
	}
	return true, w.bury(ctx, j, OutcomeUnknown, unknown("it may have been applied, and a look could not tell"), t)
}

// marked reports whether what was found carries this job's mark: the kernel compares it, not the adapter.
func (j *Job) marked(o *mirror.Observation) bool { return o != nil && o.Mark == j.ID }

func unknown(message string) *fault.Error {
	return &fault.Error{Kind: fault.Unknown, Reason: string(OutcomeUnknown), Message: message, MayApply: true}
}

// absent believes an absence on two looks, the second after the operation's settling time and a while after the first.
func (w *Worker) absent(ctx context.Context, j *Job, op *Op, t try) (ended bool, err error) {
	t.outcome = "absent"
	w.metrics.count(ctx, j, "absent")
	first := j.AbsentAt.IsZero()
	if first {
		j.AbsentAt = j.Opened.At
	}
	ready := later(j.UnsureAt.Add(op.Settling), j.AbsentAt.Add(w.cfg.Retries.MinLook))
	if first || j.Opened.At.Before(ready) {
		save, cancel := saving(ctx)
		defer cancel()
		return true, w.store.putOff(save, j, ready, t)
	}
	if held, err := w.store.absolve(ctx, j, t); !held {
		return true, err
	}
	return w.sighted(ctx, j, op)
}

// sighted looks once more, now that the vendor's index has told of nothing, whether an observation with the mark of a
// create has come in since the job was claimed.
func (w *Worker) sighted(ctx context.Context, j *Job, op *Op) (ended bool, err error) {
	t := try{action: "attempt", began: time.Now()}
	e, _, err := w.mirror.Peek(ctx, w.store.db, w.mirror.Table(j.Kind), j.Connection, j.UID)
	switch {
	case err != nil:
		return true, w.fail(ctx, j, &fault.Error{Kind: fault.Unavailable, Reason: "NOT_READ", Message: "its " + j.Kind + " could not be read", Err: err}, t)
	case e == nil:
		return true, w.fail(ctx, j, gone(j), t)
	}
	return w.confirmed(ctx, j, op, e, t)
}

// confirmed takes a create for made if e has been confirmed by an observation with its mark; where it makes several calls,
// the first of them. ended says that nothing is left to be sent.
func (w *Worker) confirmed(ctx context.Context, j *Job, op *Op, e *mirror.Entity, t try) (ended bool, err error) {
	if j.Effect != mirror.Creates || e.VendorID == "" {
		return false, nil
	}
	if len(op.Steps) > 0 {
		if err := w.partly(ctx, j, j.firstStep(e.VendorID)); err != nil {
			return true, w.fail(ctx, j, err, t)
		}
		return false, nil
	}
	t.action = "seen"
	return true, w.settle(ctx, j, Result{VendorID: e.VendorID}, t)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
