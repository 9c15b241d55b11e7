package job

import (
	"cmp"
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// newest looks for a mark among the newest rows of all, because people may have changed meanwhile what search goes by. It is absent
// where rows come from the highest id down to one that is older than the job, or to the last of the list; of more new rows than a page has,
// or than are read by themselves, nobody can tell.
func (e entity[M, T]) newest(ctx context.Context, t Tenant, j *job.Job) (job.Answer, error) {
	page, err := e.rows(t.Halo).List(ctx, halo.Query{Desc: true})
	if err != nil || len(page.Drifted) > 0 || !fromTheTop(page.Rows) {
		return job.Answer{Found: job.CannotTell}, err
	}
	for _, row := range page.Rows { // before any of them is taken for older than the job: what was brought in from elsewhere may look so
		if o, err := e.shown(t.Words, row, translate.Listed); err == nil && o.Mark == j.ID {
			return job.Answer{Found: job.Present, Result: job.Result{VendorID: id(row), Seen: &o}}, nil
		}
	}
	whole, reads := page.RecordCount >= 0 && page.RecordCount <= int64(len(page.Rows)), 0
	for i, row := range page.Rows {
		o, err := e.shown(t.Words, row, translate.Listed)
		if err != nil || !row.Head().Has(e.mark) || i == len(page.Rows)-1 && !whole { // the last one says how far they reach back
			tells := false
			err = nil
			if reads++; reads <= maxReads {
				o, tells, err = e.byItself(ctx, t, row)
			}
			if !tells || err != nil {
				return job.Answer{Found: job.CannotTell}, err
			}
		}
		switch {
		case o.Mark == j.ID:
			return job.Answer{Found: job.Present, Result: job.Result{VendorID: id(row), Seen: &o}}, nil
		case predates(o, j.CreatedAt.Add(-clockSlack)):
			return job.Answer{Found: job.Absent}, nil
		}
	}
	if whole {
		return job.Answer{Found: job.Absent}, nil
	}
	return job.Answer{Found: job.CannotTell}, nil
}

func fromTheTop[T halo.Headed](rows []T) bool {
	return slices.IsSortedFunc(rows, func(a, b T) int { return cmp.Compare(b.Head().ID, a.Head().ID) })
}

// predates reports whether what is seen was there before a time, as far as the row shows when it was made or changed.
func predates(o mirror.Observation, at time.Time) bool {
	before := func(t time.Time) bool { return !t.IsZero() && t.Before(at) }
	made, dated := o.State.(interface{ GetCreateTime() *timestamppb.Timestamp })
	return before(o.VendorTime) || dated && made.GetCreateTime() != nil && before(made.GetCreateTime().AsTime())
}
