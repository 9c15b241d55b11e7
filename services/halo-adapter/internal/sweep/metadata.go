package sweep

import (
	"context"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
)

// all sweeps a kind that comes whole in one answer: it has no filter, and some dozens of rows. What the answer does not name is
// looked for; an answer that names nobody is none, because no tenant has none.
func all[T any](ts Tenants, kind string, list func(*halo.Client, context.Context) (halo.Page[T], error), shown func(translate.Words, T) (mirror.Observation, error)) func(context.Context, string, []byte) (sweep.Page, error) {
	return func(ctx context.Context, connection string, _ []byte) (sweep.Page, error) {
		t := ts[connection]
		got, err := list(t.Halo, ctx)
		if err != nil {
			return sweep.Page{}, err
		}
		if len(got.Rows)+len(got.Drifted) == 0 {
			return sweep.Page{}, missing(1)
		}
		page := sweep.Page{Complete: true, Listing: &sweep.Listing{First: true, Last: true}}
		for _, d := range got.Drifted {
			page.Drifted = append(page.Drifted, drift(kind, d))
		}
		for _, row := range got.Rows {
			o, err := shown(t.Words, row)
			if err != nil {
				page.Drifted = append(page.Drifted, drifted(o.Ref, o.Payload, err))
				continue
			}
			page.Observations = append(page.Observations, o)
			page.Listing.IDs = append(page.Listing.IDs, o.VendorID)
		}
		for _, d := range page.Drifted {
			page.Listing.IDs = append(page.Listing.IDs, d.VendorID)
		}
		return page, nil
	}
}
