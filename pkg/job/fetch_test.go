package job_test

import (
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
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
