package job

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// made is what is particular about a change that Halo takes only once.
type made[M mirror.Message, T halo.Headed] struct {
	// done reports whether the row is as it was asked for; the error says why it cannot come to be so any more.
	done func(shown, asked M) (bool, error)
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
			switch {
			case err != nil && fault.KindOf(err) == fault.Invalid:
				return m.refused(ctx, t, e, j, patch, err)
			case err != nil:
				return job.Result{}, err
			}
			return m.taken(t, e, j, got, patch)
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
	if !ok {
		return r, false, nil
	}
	done, err = m.done(shown, asked)
	return r, done, err
}

// taken holds the answer against what was asked for.
func (m made[M, T]) taken(t Tenant, e entity[M, T], j *job.Job, got T, asked M) (job.Result, error) {
	r := job.Result{Seen: e.seen(t, got)}
	if r.Seen == nil {
		return r, nil
	}
	shown, ok := r.Seen.State.(M)
	if !ok {
		return r, nil
	}
	if done, err := m.done(shown, asked); !done || err != nil {
		return job.Result{}, notAsAsked(j, "halo.Update", "NOT_AS_ASKED", "Halo took it and shows something else: "+why(err, got.Head().Warning))
	}
	return r, nil
}

// why is what is known of it.
func why(err error, warning string) string {
	var told []string
	if f := fault.Of(err); f != nil {
		told = append(told, f.Message)
	}
	if warning != "" {
		told = append(told, fmt.Sprintf("it warns: %.500s", warning))
	}
	if len(told) == 0 {
		return "it is as it was"
	}
	return strings.Join(told, "; ")
}

// refused looks why it was refused: perhaps because it was taken before. Where it may have been, and the row does not show it, or cannot
// be read, that may be too early to tell.
func (m made[M, T]) refused(ctx context.Context, t Tenant, e entity[M, T], j *job.Job, patch M, refusal error) (job.Result, error) {
	id, err := number(j.VendorID)
	if err != nil {
		return job.Result{}, err
	}
	r, done, err := m.look(ctx, t, e, id, patch)
	switch {
	case done && err == nil:
		return r, nil
	case !j.UnsureAt.IsZero() && fault.KindOf(err) != fault.Invalid:
		return job.Result{}, &fault.Error{
			Op: "halo.Get", Kind: fault.Unavailable, Reason: "NOT_SHOWN_YET", Message: "Halo refuses it, and does not show that it was taken before",
			Err: errors.Join(refusal, err),
		}
	}
	return job.Result{}, refusal
}
