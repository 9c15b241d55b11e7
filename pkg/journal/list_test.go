package journal_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/journal"
)

// kept is a journal of six calls, one a minute, and of a seventh in the same moment as the sixth.
func kept(t *testing.T) *pgxpool.Pool {
	t.Helper()
	db := database(t)
	j := journal.New(db, journal.Config{})
	for i, status := range []int{200, 404, 500, 0, 200, 429, 201} {
		x := exchange(min(i, 5))
		x.Op, x.Status = fmt.Sprint("halo.Call", i), status
		if status == 0 || status >= 400 {
			x.Fault = &fault.Error{Kind: fault.Unavailable}
		}
		if i == 4 {
			x.Connection = "globex"
		}
		if i%3 == 0 {
			x.Job = "j1"
		}
		j.Record(x)
	}
	run(t, j)()
	return db
}

func ops(calls []journal.Call) (names []string) {
	for _, c := range calls {
		names = append(names, c.Op[len("halo.Call"):])
	}
	return names
}

func TestListing(t *testing.T) {
	db := kept(t)
	for name, tc := range map[string]struct {
		filter journal.Filter
		want   []string
	}{
		"all, newest first":          {journal.Filter{}, []string{"6", "5", "4", "3", "2", "1", "0"}},
		"of one connection":          {journal.Filter{Connection: "globex"}, []string{"4"}},
		"of one job":                 {journal.Filter{Job: "j1"}, []string{"6", "3", "0"}},
		"by status":                  {journal.Filter{MinStatus: 400, MaxStatus: 499}, []string{"5", "1"}},
		"failed, answered or not":    {journal.Filter{Failed: true}, []string{"5", "3", "2", "1"}},
		"since":                      {journal.Filter{Since: noon.Add(4 * time.Minute)}, []string{"6", "5", "4"}},
		"several at once":            {journal.Filter{Connection: "acme", Job: "j1", MinStatus: 1, Since: noon}, []string{"6", "0"}},
		"of a job that made no call": {journal.Filter{Job: "j2"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(tc.want, ops(list(t, db, tc.filter))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestPagesMeetWithoutGapOrOverlap(t *testing.T) {
	db := kept(t)
	var got []string
	f := journal.Filter{Limit: 2}
	for {
		page := list(t, db, f)
		got = append(got, ops(page)...)
		if len(page) < f.Limit {
			break
		}
		f.Before = page[len(page)-1].Place()
	}
	if d := cmp.Diff([]string{"6", "5", "4", "3", "2", "1", "0"}, got); d != "" {
		t.Error(d)
	}
}

func TestOldCallsAreDeletedPortionByPortion(t *testing.T) {
	db := kept(t)
	if _, err := db.Exec(t.Context(), `insert into call select gen_random_uuid(), connection, op, method, route, url, status, kind, reason, message, job,
		entity, tracking_id, trace_id, started_at - interval '1 day', duration, request_bytes, response_bytes, request_header, response_header,
		request_body, response_body from call, generate_series(1, 1000)`); err != nil {
		t.Fatal(err)
	}
	n, err := journal.DeleteBefore(t.Context(), db, noon.Add(2*time.Minute))
	if err != nil || n != 7002 {
		t.Errorf("deleted %d, %v; want 7002", n, err)
	}
	if d := cmp.Diff([]string{"6", "5", "4", "3", "2"}, ops(list(t, db, journal.Filter{}))); d != "" {
		t.Error(d)
	}
}
