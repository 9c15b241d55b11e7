package job_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// became tells that the vendor has merged a ticket into another.
func (r *rig) became(t *testing.T, was, is string) {
	t.Helper()
	err := pg.InTx(t.Context(), r.DB, func(tx pgx.Tx) error {
		opened, err := mirror.Now(t.Context(), tx)
		if err != nil {
			return err
		}
		o := mirror.Observation{Ref: mirror.Ref{Kind: "ticket", VendorID: was}, Became: is, Source: mirror.Fetch, Opened: opened}
		_, err = r.Mirror.Apply(t.Context(), tx, "acme", []mirror.Observation{o})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheLaneThatAWriteWasMovedToGoesOn(t *testing.T) {
	for name, end := range map[string]func(r *rig, t *testing.T, j *job.Job) error{
		"when it is done": func(r *rig, t *testing.T, j *job.Job) error {
			seen := fixture.Ticket("2", "new")
			return r.jobs.SettleForTest(t.Context(), j, job.Result{Seen: &seen})
		},
		"when it is buried": func(r *rig, t *testing.T, j *job.Job) error { return r.jobs.BuryForTest(t.Context(), j, job.Refused) },
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, newVendor(), 0)
			survivor, other := r.Learn(t, "acme", "1", "one"), r.Learn(t, "acme", "2", "two")
			r.update(t, other, "new")
			got, err := r.jobs.Claim(t.Context(), "acme", 5, 5, job.Claims{Replica: "me", Attempt: time.Minute, Lease: 2 * time.Minute})
			if err != nil || len(got.Jobs) != 1 {
				t.Fatal(got.Jobs, err)
			}
			r.became(t, "2", "1")
			next := r.update(t, survivor, "later")
			if got := r.state(t, next); got != job.Waiting {
				t.Fatalf("state %v, want it to wait for the one under way", got)
			}
			if err := end(r, t, got.Jobs[0]); err != nil {
				t.Fatal(err)
			}
			if got := r.state(t, next); got != job.Queued {
				t.Errorf("state %v, want it to be runnable", got)
			}
		})
	}
}

// Promise 4: a request to the one that may still arrive holds back the writes of both.
func TestWhatMayStillArriveHoldsBackTheLaneThatItIsMergedInto(t *testing.T) {
	r := start(t, newVendor(), 0)
	survivor, other := r.Learn(t, "acme", "1", "one"), r.Learn(t, "acme", "2", "two")
	before := r.update(t, survivor, "before")
	r.exec(t, `insert into lane_hold (connection, lane, until) values ('acme', 'ticket/' || $1::text, now() + interval '1 hour')`, other)
	r.became(t, "2", "1")
	r.exec(t, `update job set state = 4, folded = false where id = $1 and runnable_at > now() + interval '50 minutes'`, before)
	if got := r.state(t, before); got != job.Done {
		t.Fatal("what could run already may be sent before the hour is over")
	}
	r.update(t, survivor, "after")
	if n := r.rows(t, `select count(*) from job where state = 1 and runnable_at > now() + interval '50 minutes'`); n != 1 {
		t.Error("what is accepted later may be sent before the hour is over")
	}
}
