package job

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// faithful is op, but that a failure which Stripe keeps under the key is for so long no reason to take another: what was asked may be
// brought about by hand, hours later, and then would be made twice [official: docs.stripe.com/error-low-level, "Server errors": those who
// repair an incident try to roll forward or back what it failed at]. At each attempt it is looked for, so that what came of it is known
// soon. An operation without a probe is harmless under any key.
func faithful[T mirror.Message](op job.Operation[T], repair time.Duration) job.Operation[T] {
	if op.Probe == nil {
		return op
	}
	attempt, probe := op.Attempt, op.Probe
	op.Attempt = func(ctx context.Context, j *job.Job, x T) (job.Result, error) {
		r, err := attempt(ctx, j, x)
		f := fault.Of(err)
		if f == nil || !keptFailure(f) || j.Opened.At.Sub(j.CreatedAt) >= repair {
			return r, err
		}
		is, look := probe(ctx, j, x)
		switch {
		case look != nil && fault.Of(look).Settles: // it was refused
			return r, look
		case look == nil && is.Found == job.Present && ours(j, is):
			return is.Result, nil
		case look == nil && is.Found == job.Partly && ours(j, is):
			return proceed(ctx, j, is.Steps, func() (job.Result, error) { return attempt(ctx, j, x) })
		}
		told := *f
		told.Spent = false
		return r, &told
	}
	return op
}

// keptFailure is whether Stripe would answer a repeat in the same way, and nobody knows what became of the request.
func keptFailure(f *fault.Error) bool {
	return f.Spent && f.MayApply && f.Kind != fault.Invalid && f.Kind != fault.Hidden
}

// ours is whether what was found carries the job's mark.
func ours(j *job.Job, is job.Answer) bool {
	return is.Result.Seen != nil && is.Result.Seen.Mark == j.ID
}

// proceed goes on behind steps that were found to be made.
func proceed(ctx context.Context, j *job.Job, made map[string]string, attempt func() (job.Result, error)) (job.Result, error) {
	for step, is := range made {
		if _, err := j.Step(ctx, step, func(context.Context) (string, error) { return is, nil }); err != nil {
			return job.Result{}, err
		}
	}
	return attempt()
}
