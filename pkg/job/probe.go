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
	a, err := op.probe(ctx, j)
	if err != nil {
		f := *fault.Of(err)
		f.MayApply = false // a look changes nothing
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
		return false, w.store.absolve(ctx, j, t)
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
	return false, w.store.absolve(ctx, j, t)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
