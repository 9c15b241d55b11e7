package job

import (
	"context"
	"slices"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// linesOf is what is particular about the lines of a kind.
type linesOf[M mirror.Message, T halo.Headed] struct {
	currency func(T) string
	patch    func(w translate.Words, patch M, paths []string, currency string) (halo.Patch, error)
	same     func(asked, shown M) bool       // the lines that were asked for are those that are shown
	kept     func(asked, shown M) bool       // they are, in whatever order and under whatever ids
	placed   func(asked, shown M) (M, error) // asked, with the ids of those of its lines that are there already
	closed   func(shown M) error             // why its lines may not change any more; nil: they may
}

// lined is an operation that changes fields, and lines among them. Lines are sent all together, with the ids that they have;
// whether those that are not sent go or stay is unknown [unsure]. So they are looked at before: lines that are there already, by
// an attempt whose answer was lost, are not added again; and after: where some stayed, the write was not done as it was asked.
func lined[M mirror.Message, T halo.Headed](ts Tenants, c Config, name string, e entity[M, T], l linesOf[M, T]) job.Operation[M] {
	return job.Operation[M]{
		Name: name, Kind: e.kind, Safety: job.Idempotent, Settling: c.Settling,
		Attempt: func(ctx context.Context, j *job.Job, patch M) (job.Result, error) {
			t, id, err := ts.target(j)
			if err != nil {
				return job.Result{}, err
			}
			patch = resolved(j, patch)
			if !slices.Contains(j.Paths, "lines") {
				return e.patched(ctx, t, id, j, patch)
			}
			return l.replace(ctx, t, e, id, j, patch)
		},
	}
}

func (l linesOf[M, T]) replace(ctx context.Context, t Tenant, e entity[M, T], id int64, j *job.Job, patch M) (job.Result, error) {
	is, err := e.rows(t.Halo).Get(ctx, id)
	if err != nil {
		return job.Result{}, notSent(err)
	}
	patch, paths, err := l.left(t, e, j, is, patch)
	if err != nil {
		return job.Result{}, err
	}
	p, err := l.patch(t.Words, patch, paths, t.Words.CurrencyOf(l.currency(is)))
	if err != nil {
		return job.Result{}, err
	}
	if len(p.Names()) == 0 {
		return job.Result{Seen: e.seen(t, is)}, nil
	}
	got, _, err := e.rows(t.Halo).Update(ctx, id, p)
	if err != nil {
		return job.Result{}, err
	}
	return l.made(ctx, t, e, id, j, patch, got)
}

// left is what is left to be sent: no lines, where those that are shown are as asked, else each with the id that it has there.
func (l linesOf[M, T]) left(t Tenant, e entity[M, T], j *job.Job, is T, patch M) (M, []string, error) {
	shown, told := l.shown(t, e, is)
	closed := l.closed(shown)
	switch {
	case told && (l.same(patch, shown) || closed != nil && l.kept(patch, shown)): // the other fields are as asked only if they are sent
		return patch, slices.DeleteFunc(slices.Clone(j.Paths), func(p string) bool { return p == "lines" }), nil
	case closed != nil: // since the change was accepted; Halo may take it all the same
		return patch, nil, closed
	case told:
		own, err := l.placed(patch, shown)
		return own, j.Paths, err
	case !j.UnsureAt.IsZero(): // they may have been added
		return patch, nil, &fault.Error{
			Op: "halo.Get", Kind: fault.Invalid, Reason: "LINES_NOT_SHOWN", Message: "Halo does not show its lines, which an earlier attempt may have added",
		}
	}
	return patch, j.Paths, nil
}

// made holds the lines of an answer, or of another look where it has none, against those that were asked for.
func (l linesOf[M, T]) made(ctx context.Context, t Tenant, e entity[M, T], id int64, j *job.Job, patch M, got T) (job.Result, error) {
	now, told := l.shown(t, e, got)
	if !told {
		is, err := e.rows(t.Halo).Get(ctx, id)
		if err != nil {
			return job.Result{Seen: e.seen(t, got)}, nil //nolint:nilerr // it was taken; what it came to is seen later
		}
		got = is
		now, told = l.shown(t, e, got)
	}
	if told && !l.kept(patch, now) {
		return job.Result{}, notAsAsked(j, "halo.Update", "LINES_KEPT",
			"Halo took the change and shows other lines than those that were sent: this version may keep those that are not sent, or have changed some")
	}
	r := job.Result{Seen: e.seen(t, got)}
	return r, otherwise(j, "halo.Update", patch, r.Seen, got.Head().Warning)
}

// shown is what a row shows; told says that it shows its lines.
func (l linesOf[M, T]) shown(t Tenant, e entity[M, T], row T) (shown M, told bool) {
	o := e.seen(t, row)
	if o == nil {
		return shown, false
	}
	shown, ok := o.State.(M)
	return shown, ok && slices.Contains(o.Covers.Paths, "lines")
}

// notSent is the failure of a look before a write: nothing was written, and what is not there for the look is not for the write.
func notSent(err error) error {
	f := *fault.Of(err)
	f.MayApply = false
	if f.Kind == fault.Hidden {
		f.Kind = fault.Invalid
	}
	return &f
}
