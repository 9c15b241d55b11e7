package job_test

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Promise 7: a budget key that is shut stops its own jobs and nobody else's, however many are due.
func TestTheJobsOfAShutKeyAreInNobodysWay(t *testing.T) {
	r := start(t, newVendor(), 0)
	ctx := context.Background()
	for i := range 20 {
		uid := r.Learn(t, "acme", strconv.Itoa(i), "old")
		_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "new"})
		key := "shut"
		if i >= 18 {
			key = "open"
		}
		if _, err := r.DB.Exec(ctx, `update job set budget_key = $2 where id = $1`, id, key); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.DB.Exec(ctx, `insert into gate (connection, key, hold_until) values ('acme', 'shut', now() + interval '1 hour')`); err != nil {
		t.Fatal(err)
	}
	got, err := r.jobs.Claim(ctx, "acme", 7, 8, job.Claims{Replica: "me", Attempt: time.Minute, Lease: 2 * time.Minute})
	if err != nil || len(got.Jobs) != 2 || got.Held < time.Minute {
		t.Errorf("claimed %d, wait %v, %v; want the two of the open key", len(got.Jobs), got.Held, err)
	}
}

// Promises 2 and 7: the slow scan finds every lane that nobody has told to go on, and looks at a bounded part of what waits.
func TestLanesThatNobodyToldGoOnPartByPart(t *testing.T) {
	r := start(t, newVendor(), 0)
	ctx := context.Background()
	for i := range 5 {
		uid := r.Learn(t, "acme", strconv.Itoa(i), "old")
		r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "new"})
	}
	if _, err := r.DB.Exec(ctx, `update job set state = 0`); err != nil {
		t.Fatal(err)
	}
	r.jobs.GlanceForTest(2)
	for _, want := range []int{2, 4, 5} {
		if err := r.jobs.Scan(ctx); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := r.DB.QueryRow(ctx, `select count(*) from job where state = 1`).Scan(&n); err != nil || n != want {
			t.Fatalf("%d go on, %v; want %d", n, err, want)
		}
	}
	if _, err := r.DB.Exec(ctx, `update job set state = 0`); err != nil {
		t.Fatal(err)
	}
	for range 3 { // from the beginning again
		if err := r.jobs.Scan(ctx); err != nil {
			t.Fatal(err)
		}
	}
	var n int
	if err := r.DB.QueryRow(ctx, `select count(*) from job where state = 1`).Scan(&n); err != nil || n != 5 {
		t.Fatalf("%d go on, %v; want all of them again", n, err)
	}
}
