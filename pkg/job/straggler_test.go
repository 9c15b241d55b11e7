package job_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Promise 4: a request that was given up may still arrive; the next write of its lane waits until it cannot any more,
// whether it was waiting already or is accepted only then.
func TestTheNextWriteWaitsForARequestThatMayStillArrive(t *testing.T) {
	for name, later := range map[string]bool{"it waited already": false, "it is accepted when the lane is empty": true} {
		t.Run(name, func(t *testing.T) {
			r := startWithALostAnswer(t)
			uid := r.Learn(t, "acme", "1", "old")
			write := func(summary string) uuid.UUID {
				_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Set", Target: mirror.Target{UID: uid}, Summary: summary})
				return id
			}
			first, second := write("a"), uuid.UUID{}
			if !later {
				second = write("b")
			}
			fixture.Eventually(t, "the first is done", func() bool { return r.state(t, first) == job.Done })
			if later {
				second = write("b")
			}
			var wait time.Duration
			fixture.Eventually(t, "the second is put off", func() bool {
				err := r.DB.QueryRow(context.Background(), `select n.runnable_at - (select min(ended_at) from attempt where job = $1)
					from job n where n.id = $2 and n.state = 1`, first, second).Scan(&wait)
				return err == nil
			})
			if wait < 4*time.Second {
				t.Errorf("it may be sent %v after the request was given up, want 5 s", wait)
			}
		})
	}
}

// startWithALostAnswer is a running worker whose first answer is lost.
func startWithALostAnswer(t *testing.T) *rig {
	v := newVendor()
	v.tickets["1"] = &psav1.Ticket{Summary: "old"}
	set, err := job.Operation[*psav1.Ticket]{
		Name: "Set", Kind: "ticket", Safety: job.Idempotent, Settling: time.Hour, Attempt: v.attempt,
	}.Bind()
	if err != nil {
		t.Fatal(err)
	}
	v.more = append(v.more, set)
	v.before = once(func(*job.Job) error {
		return &fault.Error{Kind: fault.Unavailable, Reason: "NO_ANSWER", MayApply: true}
	})
	return start(t, v, 1)
}

// Promise 4: whoever brings the acceptance of a write, the lane waits for an attempt at it that another replica is making.
func TestTheNextWriteWaitsForAnotherReplicasAttemptAtTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		width  int
		failed bool // at first
	}{"settled alone": {width: 1}, "settled with others": {width: 3}, "settled at the second try": {width: 1, failed: true}} {
		t.Run(name, func(t *testing.T) {
			width := c.width
			v := newVendor()
			r := start(t, v, 0)
			claim := func(c job.Claims) []*job.Job {
				got, err := r.jobs.Claim(t.Context(), "acme", width, width, c)
				if err != nil || len(got.Jobs) != width {
					t.Fatalf("claimed %d, %v", len(got.Jobs), err)
				}
				return got.Jobs
			}
			next := map[uuid.UUID]bool{}
			for i := range width {
				id := strconv.Itoa(i)
				uid := r.Learn(t, "acme", id, "old")
				for _, text := range []string{"a", "b"} {
					_, job := r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: text})
					next[job] = text == "b"
				}
			}
			paused := claim(job.Claims{Replica: "paused", Attempt: time.Millisecond, Lease: 2 * time.Millisecond})
			fixture.Eventually(t, "its lease is over", func() bool {
				var n int
				err := r.DB.QueryRow(t.Context(), `select count(*) from job where lease_until < clock_timestamp()`).Scan(&n)
				return err == nil && n == width
			})
			if err := r.jobs.Scan(t.Context()); err != nil {
				t.Fatal(err)
			}
			claim(job.Claims{Replica: "other", Attempt: time.Hour, Lease: 2 * time.Hour})
			var settling sync.WaitGroup
			for _, j := range paused {
				if c.failed && r.jobs.SettleForTest(gone(t), j, job.Result{}) == nil {
					t.Fatal("settled by somebody who has gone")
				}
				settling.Go(func() {
					if err := r.jobs.SettleForTest(context.Background(), j, job.Result{}); err != nil {
						t.Error(err)
					}
				})
			}
			settling.Wait()
			for id, later := range next {
				var wait time.Duration
				err := r.DB.QueryRow(t.Context(), `select runnable_at - now() from job where id = $1 and state = 1`, id).Scan(&wait)
				if later && (err != nil || wait < 59*time.Minute) {
					t.Errorf("the next may be sent in %v, %v, while the other replica's attempt may last for an hour", wait, err)
				}
			}
		})
	}
}
