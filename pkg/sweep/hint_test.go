package sweep_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// A deletion is news of what is held alive; that something lives on as another, also of what was found deleted meanwhile.
func TestAPageAsksForLooksWhereItsWordIsNews(t *testing.T) {
	w := known(t, 4)
	if _, err := w.DB.Exec(context.Background(), `update ticket set deleted_at = now() where vendor_id in ('1', '3')`); err != nil {
		t.Fatal(err)
	}
	ticket := func(id string) mirror.Ref { return mirror.Ref{Kind: "ticket", VendorID: id} }
	merged := func(from, look string) sweep.Merged {
		return sweep.Merged{From: ticket(from), Look: mirror.Ref{Kind: "note", VendorID: look}}
	}
	f := &feed{next: func(int, string) (sweep.Page, error) {
		return sweep.Page{
			Hints:    []mirror.Ref{ticket("0"), ticket("1"), ticket("unknown")},
			Merged:   []sweep.Merged{merged("2", "alive"), merged("3", "deleted"), merged("gone", "nobody's")},
			Complete: true,
		}, nil
	}}
	r := start(t, w, f.plan(time.Hour))
	fixture.Eventually(t, "it is swept", func() bool { return r.text(t, "swept_at") != "" })
	found, err := w.DB.Query(context.Background(), `select kind || ' ' || vendor_id from job where class = 1 order by 1`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := pgx.CollectRows(found, pgx.RowTo[string])
	if want := []string{"note alive", "note deleted", "ticket 0"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("looks at %q, %v; want %q", got, err, want)
	}
}
