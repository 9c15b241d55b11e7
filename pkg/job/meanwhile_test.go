package job_test

import (
	"testing"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// worker is one that a test makes run a job at a time.
func (r *rig) worker() *job.Worker {
	return job.NewWorker(r.jobs, r.Mirror, nil, []string{"acme"}, job.Config{Retries: job.Retries{MinLook: time.Millisecond}}, r.Log)
}

// claim claims the one job that may run.
func (r *rig) claim(t *testing.T) *job.Job {
	t.Helper()
	got, err := r.jobs.Claim(t.Context(), "acme", 5, 5, job.Claims{Replica: "me", Attempt: time.Minute, Lease: 2 * time.Minute})
	if err != nil || len(got.Jobs) != 1 {
		t.Fatalf("claimed %v, %v; want one", got.Jobs, err)
	}
	return got.Jobs[0]
}

// What a write of ours put there before the base was taken, and somebody else brings back after, is somebody else's.
func TestAnOldWriteOfOursDoesNotExcuseSomebodyElsesChange(t *testing.T) {
	for name, row := range map[string]func(t *testing.T, r *rig, ours fixture.Write){
		"of what was accepted since": func(t *testing.T, r *rig, ours fixture.Write) {
			t.Helper()
			r.worker().RunForTest(t.Context(), r.claim(t))
			r.Learn(t, "acme", "1", "theirs")
			r.Accept(t, r.jobs, ours)
		},
		"of what was replayed since": func(t *testing.T, r *rig, ours fixture.Write) {
			t.Helper()
			_, id := r.Accept(t, r.jobs, ours)
			r.worker().RunForTest(t.Context(), r.claim(t))
			if err := r.jobs.BuryForTest(t.Context(), r.claim(t), job.OutcomeUnknown); err != nil {
				t.Fatal(err)
			}
			r.Learn(t, "acme", "1", "theirs")
			r.replay(t, r.letter(t, id), job.Decision{Caller: "ann", Overwrite: true})
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			v.tickets["1"] = &psav1.Ticket{Summary: "old"}
			r := start(t, v, 0)
			uid := r.Learn(t, "acme", "1", "old")
			r.update(t, uid, "x")
			row(t, r, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "ours", Guarded: true})
			r.Learn(t, "acme", "1", "x") // somebody else again
			j := r.claim(t)
			r.worker().RunForTest(t.Context(), j)
			if l := r.letter(t, j.ID); l.Class != job.Superseded || len(v.made()) != 1 {
				t.Errorf("class %q after %v, want it superseded", l.Class, v.made())
			}
		})
	}
}
