package job_test

import (
	"testing"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// A fetch that was asked for while one ran that is now given up does not wait for the next poll: its line looks again.
func TestAFetchFollowsOneThatIsGivenUpAtOnce(t *testing.T) {
	r := start(t, newVendor(), 0)
	if err := mirror.QueueFetch(t.Context(), r.DB, "acme", mirror.Ref{Kind: "ticket", VendorID: "1"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	again, err := r.jobs.FailForTest(t.Context(), r.claim(t), &fault.Error{Kind: fault.Drift, Reason: "SHAPE", Message: "no id"})
	if err != nil || !again || r.rows(t, `select count(*) from job`) != 0 {
		t.Errorf("looks again: %v, %v; want it to, and the fetch gone", again, err)
	}
}

// A fetch whose lease ran out while its worker slept is queued again, and what is told then joins it: whatever the worker reports when it
// wakes, that is looked at.
func TestALateReportForgetsNoFetchThatOthersJoined(t *testing.T) {
	unavailable := &fault.Error{Kind: fault.Unavailable, Reason: "AWAY"}
	drift := &fault.Error{Kind: fault.Drift, Reason: "SHAPE", Message: "no id"}
	for name, report := range map[string]func(r *rig, j *job.Job) error{
		"it has seen something": func(r *rig, j *job.Job) error {
			fetch := map[string]job.Fetch{"ticket": r.vendor.fetch}
			job.NewWorker(r.jobs, r.Mirror, fetch, nil, job.Config{}, r.Log).RunForTest(t.Context(), j)
			return nil
		},
		"it has seen nothing": func(r *rig, j *job.Job) error { _, err := r.jobs.FailForTest(t.Context(), j, unavailable); return err },
		"it gives up":         func(r *rig, j *job.Job) error { _, err := r.jobs.FailForTest(t.Context(), j, drift); return err },
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			v.tickets["1"] = &psav1.Ticket{Summary: "new"}
			r, ref := start(t, v, 0), mirror.Ref{Kind: "ticket", VendorID: "1"}
			if err := mirror.QueueFetch(t.Context(), r.DB, "acme", ref, time.Time{}); err != nil {
				t.Fatal(err)
			}
			j := r.claim(t)
			if _, err := r.DB.Exec(t.Context(), `update job set lease_until = now() - interval '1 s'`); err != nil {
				t.Fatal(err)
			}
			if err := r.jobs.Scan(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := mirror.QueueFetch(t.Context(), r.DB, "acme", ref, time.Time{}); err != nil {
				t.Fatal(err)
			}
			if err := report(r, j); err != nil {
				t.Error(err)
			}
			if n := r.rows(t, `select count(*) from job where state = 1`); n != 1 {
				t.Errorf("%d fetches are queued, want the one that was joined", n)
			}
		})
	}
}
