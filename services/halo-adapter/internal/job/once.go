package job

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// made is what is particular about a change that Halo takes only once.
type made[M mirror.Message, T halo.Headed] struct {
	done func(shown, asked M) bool
	call func(ctx context.Context, t Tenant, id int64, patch M) (T, error)
}

// once is an operation that Halo may refuse when it is repeated. It is looked before whether it is done already, which is a success;
// so is a refusal behind which it is done.
func once[M mirror.Message, T halo.Headed](ts Tenants, c Config, name string, e entity[M, T], m made[M, T]) job.Operation[M] {
	return job.Operation[M]{
		Name: name, Kind: e.kind, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, patch M) (job.Result, error) {
			t, id, err := ts.target(j)
			if err != nil {
				return job.Result{}, err
			}
			if r, done, err := m.look(ctx, t, e, id, patch); done || err != nil {
				return r, err
			}
			got, err := m.call(ctx, t, id, patch)
			if fault.KindOf(err) == fault.Invalid {
				return m.refused(ctx, t, e, j, patch, err)
			}
			return job.Result{Seen: e.seen(t, got)}, err
		},
	}
}

// look shows the row, and whether it is as it was asked for.
func (m made[M, T]) look(ctx context.Context, t Tenant, e entity[M, T], id int64, asked M) (r job.Result, done bool, err error) {
	got, err := e.rows(t.Halo).Get(ctx, id)
	if err != nil {
		return r, false, notSent(err)
	}
	if r.Seen = e.seen(t, got); r.Seen == nil {
		return r, false, nil
	}
	shown, ok := r.Seen.State.(M)
	return r, ok && m.done(shown, asked), nil
}

// refused looks why it was refused: perhaps because it was taken before. Where it may have been, and the row does not show it,
// that may be too early to tell.
func (m made[M, T]) refused(ctx context.Context, t Tenant, e entity[M, T], j *job.Job, patch M, refusal error) (job.Result, error) {
	id, err := number(j.VendorID)
	if err != nil {
		return job.Result{}, err
	}
	r, done, err := m.look(ctx, t, e, id, patch)
	switch {
	case done && err == nil:
		return r, nil
	case err == nil && !j.UnsureAt.IsZero():
		return job.Result{}, &fault.Error{
			Op: "halo.Get", Kind: fault.Unavailable, Reason: "NOT_SHOWN_YET", Message: "Halo refuses it, and does not show that it was taken before", Err: refusal,
		}
	}
	return job.Result{}, refusal
}
