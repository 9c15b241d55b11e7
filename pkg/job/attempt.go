package job

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// run makes one attempt at a claimed job and saves what came of it. Its deadline is measured on this worker's own
// monotonic clock from before the claim, so that it ends before the lease whatever the clocks say.
func (w *Worker) run(ctx context.Context, j *Job, began time.Time) {
	ctx, cancel := context.WithDeadline(ctx, began.Add(w.cfg.Attempt))
	defer cancel()
	ctx, span := w.span(ctx, j)
	defer span.End()
	ctx, done := gate.With(ctx, j.BudgetKey, j.Class, 1)
	defer done()
	ctx = upstream.WithJob(ctx, j.ID.String())
	if j.Class == budget.Write && j.Attempts == 1 {
		w.metrics.pickup.Record(ctx, j.Opened.At.Sub(j.CreatedAt).Seconds())
	}
	if err := w.step(ctx, j); err != nil {
		w.log.ErrorContext(ctx, "job not settled", "job", j.ID, "operation", j.Operation, "connection", j.Connection, "error", err)
	}
}

// step brings a job a step further. What this build cannot read is left to another: nobody else's job suffers from it.
func (w *Worker) step(ctx context.Context, j *Job) error {
	switch {
	case j.unreadable != nil:
		return w.fail(ctx, j, notHere(j.unreadable), try{action: "attempt", began: time.Now()})
	case j.Class == budget.Fetch:
		return w.look(ctx, j)
	}
	return w.write(ctx, j)
}

func notHere(why error) *fault.Error {
	return &fault.Error{Kind: fault.Unavailable, Reason: ReasonNotHere, Message: "this build cannot run it", Err: why}
}

func (w *Worker) span(ctx context.Context, j *Job) (context.Context, trace.Span) {
	ctx = propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": j.Trace})
	return otel.Tracer("github.com/breakwater-acl/breakwater/pkg/job").Start(ctx, "job "+j.Operation, //nolint:spancheck // the caller ends it
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(attribute.String("breakwater.job.id", j.ID.String()),
			attribute.String("breakwater.connection", j.Connection), attribute.Int("breakwater.job.attempt", j.Attempts)))
}

// write brings one write a step further: it is found settled already, probed, put off, buried, or sent.
func (w *Worker) write(ctx context.Context, j *Job) error {
	t := try{action: "attempt", began: time.Now()}
	op := w.store.ops[j.Operation]
	if op == nil {
		return w.fail(ctx, j, notHere(fmt.Errorf("no operation %s", j.Operation)), t)
	}
	e, err := w.prepare(ctx, j)
	if err != nil {
		return w.fail(ctx, j, err, t)
	}
	if f := hopeless(j, e); f != nil {
		return w.bury(ctx, j, j.unless(Refused), f, t)
	}
	if err := w.store.refer(ctx, j); err != nil {
		return w.fail(ctx, j, err, t)
	}
	w.keeper(j, op)
	if ended, err := w.confirmed(ctx, j, op, e, t); ended {
		return err
	}
	if !j.UnsureAt.IsZero() && op.Safety != Idempotent {
		if ended, err := w.clear(ctx, j, op); ended || err != nil {
			return err
		}
	}
	over, class, f := w.meanwhile(ctx, j, e)
	if f != nil && !j.UnsureAt.IsZero() && op.probe != nil { // perhaps nobody else did, but an attempt of its own whose answer was lost
		if ended, err := w.seek(ctx, j, op, try{action: "probe", began: time.Now()}); ended || err != nil {
			return err
		}
	}
	if f != nil {
		return w.bury(ctx, j, class, f, t)
	}
	t.over = over
	r, err := op.attempt(ctx, j)
	switch {
	case err == nil:
		return w.settle(ctx, j, r, t)
	case j.doubts(op, fault.Of(err)):
		return w.reconcile(ctx, j, op, fault.Of(err), t)
	}
	return w.fail(ctx, j, err, t)
}

// unless is the class of a job that is not sent again: c, unless an earlier attempt may have been applied.
func (j *Job) unless(c Class) Class {
	if j.UnsureAt.IsZero() {
		return c
	}
	return OutcomeUnknown
}

// hopeless says why a write can never be made: what it is about is gone at the vendor.
func hopeless(j *Job, e *mirror.Entity) *fault.Error {
	switch {
	case j.Effect == mirror.Patches && e.Confirmed != nil && e.Confirmed.GetMirror().GetDeleteTime() != nil && !e.Restored():
		return &fault.Error{Kind: fault.Invalid, Reason: "DELETED", Message: "the vendor has deleted it"}
	case j.Effect == mirror.Creates && j.parentDead && e.VendorID == "":
		return &fault.Error{Kind: fault.Invalid, Reason: "DELETED", Message: "the vendor has deleted what it hangs on"}
	}
	return nil
}

// prepare gives the job its entity's vendor id, after a fetch if the job is old.
func (w *Worker) prepare(ctx context.Context, j *Job) (*mirror.Entity, error) {
	t, e := w.mirror.Table(j.Kind), j.entity
	if e == nil {
		return nil, gone(j)
	}
	j.VendorID = e.VendorID
	if t.RefreshAfter <= 0 || j.VendorID == "" || j.Opened.At.Sub(j.CreatedAt) <= t.RefreshAfter || w.fetch[j.Kind] == nil {
		return e, nil
	}
	if err := w.refresh(ctx, j, mirror.Ref{Kind: j.Kind, VendorID: j.VendorID}); err != nil {
		return nil, err
	}
	e, _, err := w.mirror.Peek(ctx, w.store.db, t, j.Connection, j.UID)
	if err == nil && e == nil {
		err = gone(j)
	}
	return e, err
}

func gone(j *Job) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Reason: "GONE", Message: "its " + j.Kind + " is gone from the mirror"}
}

// meanwhile compares what the mirror shows now with what the caller saw. Where somebody else changed one of the job's
// fields, a guarded or replayed write is superseded; any other wins, and its history says over what.
func (w *Worker) meanwhile(ctx context.Context, j *Job, e *mirror.Entity) (over string, class Class, f *fault.Error) {
	changed := w.store.changedMeanwhile(ctx, w.store.db, j, e)
	if len(changed) == 0 {
		return "", "", nil
	}
	told := "somebody else changed " + strings.Join(changed, ", ")
	if !j.UnsureAt.IsZero() {
		told += "; an earlier attempt may have been applied before"
	}
	if j.Guarded || j.Replayed {
		return "", Superseded, &fault.Error{Kind: fault.Conflict, Reason: "SUPERSEDED", Field: changed[0], Message: told}
	}
	return told, "", nil
}

// changedMeanwhile lists the fields of a job that somebody else has changed at the vendor since it was accepted. Of what was
// being created then, nobody can tell: the vendor fills in and overwrites by itself, and there is no earlier state of its.
func (s *Store) changedMeanwhile(ctx context.Context, q pg.Querier, j *Job, e *mirror.Entity) []string {
	if j.Effect == mirror.Creates || e.Confirmed == nil || j.Base == nil || j.Confirmed == nil {
		return nil
	}
	paths := j.Paths
	if j.Effect == mirror.Deletes {
		paths = mirror.Plain(j.Base)
	}
	changed := both(mirror.Differing(e.Confirmed, j.Base, paths), mirror.Differing(e.Confirmed, j.Confirmed, paths))
	if j.Patch != nil {
		changed = both(changed, mirror.Differing(e.Confirmed, j.Patch, paths))
	}
	return s.notOurs(ctx, q, j, e, changed)
}

func both(a, b []string) []string {
	var in []string
	for _, x := range a {
		for _, y := range b {
			if x == y {
				in = append(in, x)
			}
		}
	}
	return in
}

func (w *Worker) settle(ctx context.Context, j *Job, r Result, t try) error {
	w.metrics.count(ctx, j, "done")
	var err error
	for range settles {
		if err = w.trySettle(ctx, j, r, t); err == nil {
			return nil
		}
		w.log.WarnContext(ctx, "acceptance not saved yet", "job", j.ID, "vendor_id", r.VendorID, "error", err)
		time.Sleep(settlePause) // nothing else is worth this slot: what the vendor said is known nowhere else
	}
	return err
}

func (w *Worker) trySettle(ctx context.Context, j *Job, r Result, t try) error {
	save, cancel := saving(ctx)
	defer cancel()
	return w.store.Settle(save, j, r, t)
}

const (
	// settles bounds for how long the vendor's answer is tried to be written: ten minutes and more, whoever holds the
	// lease by then. A process that has to end before is ended; then the job is probed.
	settles     = 600
	settlePause = time.Second
	savePeriod  = 15 * time.Second
)

// saving is a context for writing down what happened: the attempt's deadline must not keep that from being saved.
func saving(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), savePeriod)
}

func (w *Worker) fail(ctx context.Context, j *Job, err error, t try) error {
	f := fault.Of(err)
	w.metrics.count(ctx, j, f.Kind.String())
	w.log.InfoContext(ctx, "attempt did not succeed", "job", j.ID, "operation", j.Operation, "connection", j.Connection,
		"attempt", j.Attempts, "kind", f.Kind.String(), "reason", f.Reason, "tracking_id", f.TrackingID, "may_apply", f.MayApply, "error", err)
	op := w.store.ops[j.Operation]
	if f.MayApply && op != nil && op.Safety == Never {
		return w.bury(ctx, j, OutcomeUnknown, f, t)
	}
	save, cancel := saving(ctx)
	defer cancel()
	return w.store.Fail(save, j, err, t, w.cfg.Retries)
}

func (w *Worker) bury(ctx context.Context, j *Job, class Class, f *fault.Error, t try) error {
	w.metrics.count(ctx, j, "buried")
	w.log.WarnContext(ctx, "job buried", "job", j.ID, "operation", j.Operation, "connection", j.Connection, "class", string(class),
		"reason", f.Reason, "tracking_id", f.TrackingID)
	save, cancel := saving(ctx)
	defer cancel()
	t.outcome = f.Kind.String()
	if err := w.store.Bury(save, j, class, f, t); err != nil {
		return fmt.Errorf("bury: %w", err)
	}
	return nil
}
