package job

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// whole reads all of a kind that comes in one answer, whichever of them is asked for: that is one call too.
func whole[T any](ts Tenants, all func(*halo.Client, context.Context) (halo.Page[T], error), shown func(translate.Words, T) (mirror.Observation, error)) job.Fetch {
	return func(ctx context.Context, connection string, at mirror.Ref) ([]mirror.Observation, error) {
		t, err := ts.tenant(connection)
		if err != nil {
			return nil, err
		}
		page, err := all(t.Halo, ctx)
		switch {
		case err != nil:
			return nil, err
		case len(page.Drifted) > 0:
			return nil, page.Drifted[0].Fault
		case len(page.Rows) == 0:
			return nil, &fault.Error{Kind: fault.Drift, Reason: "ROWS_MISSING", Message: "Halo lists none of kind " + at.Kind}
		}
		seen, found := make([]mirror.Observation, 0, len(page.Rows)+1), false
		for _, row := range page.Rows {
			o, err := shown(t.Words, row)
			if err != nil {
				return nil, err
			}
			found = found || o.Ref == at
			seen = append(seen, o)
		}
		if !found {
			seen = append(seen, mirror.Observation{Ref: at, Presence: mirror.Absent})
		}
		return seen, nil
	}
}
