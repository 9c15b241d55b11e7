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

// A page shows what a look would have shown: those that were asked for before it was opened are taken back. One that was asked for later,
// one that runs already, one at what a settled write has still to be seen in, and one at what the page does not show are made.
func TestAPageSparesTheLooksThatItMakesNeedless(t *testing.T) {
	for name, row := range map[string]struct {
		whole func(mirror.Observation) bool
		want  []string
	}{
		"its rows tell all":      {func(mirror.Observation) bool { return true }, []string{"ticket 1", "ticket 2", "ticket 4", "ticket 7"}},
		"one of them tells less": {func(o mirror.Observation) bool { return o.VendorID != "0" }, []string{"ticket 0", "ticket 1", "ticket 2", "ticket 4", "ticket 7"}},
		"its rows tell less":     {nil, []string{"ticket 0", "ticket 1", "ticket 2", "ticket 3", "ticket 4", "ticket 7"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := known(t, 5)
			_, err := w.DB.Exec(context.Background(), `insert into job (id, format, connection, kind, uid, lane, class, operation, state, folded, settled, settled_at)
				select gen_random_uuid(), 1, 'acme', 'ticket', uid, 'ticket/4', 0, 'Update', 3, true, 1000000, now() + interval '1 hour' from ticket where vendor_id = '4'`)
			if err != nil {
				t.Fatal(err)
			}
			_, err = w.DB.Exec(context.Background(), `insert into job (id, format, connection, kind, vendor_id, lane, class, operation, state, runnable_at, again_at)
				select gen_random_uuid(), 1, 'acme', 'ticket', id, 'fetch/ticket/' || id, 1, 'Fetch', state, now() + interval '1 hour', now() + wait
				from (values ('0', 1, interval '0'), ('1', 1, interval '1 hour'), ('2', 2, interval '0'), ('3', 1, interval '0'), ('4', 1, interval '0'), ('7', 1, interval '0')) v (id, state, wait)`)
			if err != nil {
				t.Fatal(err)
			}
			changed := fixture.Ticket("3", "changed")
			f := &feed{next: func(int, string) (sweep.Page, error) {
				return sweep.Page{Observations: []mirror.Observation{fixture.Ticket("0", "s"), fixture.Ticket("1", "s"), fixture.Ticket("2", "s"), fixture.Ticket("4", "s"), changed}, Whole: row.whole, Complete: true}, nil
			}}
			r := start(t, w, f.plan(time.Hour))
			fixture.Eventually(t, "it is swept", func() bool { return r.text(t, "swept_at") != "" })
			found, err := w.DB.Query(context.Background(), `select kind || ' ' || vendor_id from job where class = 1 order by 1`)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := pgx.CollectRows(found, pgx.RowTo[string]); err != nil || !slices.Equal(got, row.want) {
				t.Errorf("looks at %q, %v; want %q", got, err, row.want)
			}
		})
	}
}
