package job_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Promise 7: acceptances share a transaction, and an entity that somebody holds delays no other.
func TestWhatSomebodyHoldsDelaysOnlyItself(t *testing.T) {
	r := start(t, newVendor(), 1)
	uids := make([]uuid.UUID, 20)
	for i := range uids {
		id := fmt.Sprint(i)
		r.vendor.tickets[id] = &psav1.Ticket{Summary: "before"}
		uids[i] = r.Learn(t, "acme", id, "before")
	}
	release := make(chan struct{})
	r.vendor.before = once(func(j *job.Job) error {
		tx, err := r.DB.Begin(context.Background())
		if err != nil {
			return err
		}
		if _, err := tx.Exec(context.Background(), "select 1 from ticket where uid = $1 for update", j.UID); err != nil {
			return err
		}
		go func() { <-release; _ = tx.Rollback(context.Background()) }()
		return nil
	})
	for _, uid := range uids {
		r.Accept(t, r.jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "after"})
	}
	fixture.Eventually(t, "all others are settled", func() bool { return pending(t, r, uids) == 1 })
	close(release)
	for _, uid := range uids {
		if got := r.settled(t, uid); got.GetSummary() != "after" {
			t.Errorf("%s: %q", uid, got.GetSummary())
		}
	}
}

func pending(t *testing.T, r *rig, uids []uuid.UUID) (n int) {
	t.Helper()
	for _, uid := range uids {
		if len(r.Read(t, uid).GetMirror().GetPendingWrites()) > 0 {
			n++
		}
	}
	return n
}
