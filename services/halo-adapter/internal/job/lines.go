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
	same     func(asked, shown M) bool // the lines that were asked for are those that are shown
}

// lined is an operation that changes fields, and lines among them. Lines are sent all together, with the ids that they have;
// whether those that are not sent go or stay is unknown [unsure]. So they are looked at before: lines that are there already, by
// an attempt whose answer was lost, are not sent again; and after: where some stayed, the write was not done as it was asked.
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
				p, err := l.patch(t.Words, patch, j.Paths, "")
				if err != nil {
					return job.Result{}, err
				}
				got, _, err := e.rows(t.Halo).Update(ctx, id, p)
				return job.Result{Seen: e.seen(t, got)}, err
			}
			return l.replace(ctx, t, e, id, patch, j.Paths)
		},
	}
}

func (l linesOf[M, T]) replace(ctx context.Context, t Tenant, e entity[M, T], id int64, patch M, paths []string) (job.Result, error) {
	is, err := e.rows(t.Halo).Get(ctx, id)
	if err != nil {
		return job.Result{}, notSent(err)
	}
	if l.shows(t, e, is, patch) { // the other fields are as asked only if they are sent
		paths = slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p == "lines" })
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
	if got.Head().ID != 0 && !l.shows(t, e, got, patch) {
		return job.Result{}, &fault.Error{
			Op: "halo.Update", Kind: fault.Invalid, Reason: "LINES_KEPT",
			Message: "Halo shows other lines than those that were sent: this version may keep those that are not sent, or have changed some",
		}
	}
	return job.Result{Seen: e.seen(t, got)}, nil
}

// shows reports whether a row has the lines that were asked for.
func (l linesOf[M, T]) shows(t Tenant, e entity[M, T], got T, asked M) bool {
	o := e.seen(t, got)
	if o == nil {
		return false
	}
	shown, ok := o.State.(M)
	return ok && l.same(asked, shown)
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
