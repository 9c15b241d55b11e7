package job_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// A fetch that was asked for while one ran that is now given up does not wait for the next scan.
func TestAFetchFollowsOneThatIsGivenUpAtOnce(t *testing.T) {
	r := start(t, newVendor(), 0)
	ref := mirror.Ref{Kind: "ticket", VendorID: "1"}
	ask := func() {
		if err := mirror.QueueFetch(context.Background(), r.DB, "acme", ref, time.Time{}); err != nil {
			t.Error(err)
		}
	}
	var looks atomic.Int64
	fetch := func(context.Context, string, mirror.Ref) ([]mirror.Observation, error) {
		if looks.Add(1) == 1 {
			ask()
		}
		return nil, &fault.Error{Kind: fault.Drift, Reason: "SHAPE", Message: "no id"}
	}
	ask()
	w := job.NewWorker(r.jobs, r.Mirror, map[string]job.Fetch{"ticket": fetch}, []string{"acme"}, job.Config{Scan: time.Hour}, r.Log)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = w.Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	fixture.Eventually(t, "the second one has run", func() bool { return looks.Load() == 2 })
}
