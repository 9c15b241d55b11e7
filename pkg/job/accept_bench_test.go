package job_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// BenchmarkAccept accepts writes to many entities, eight callers to a core.
func BenchmarkAccept(b *testing.B) {
	w := fixture.New(b)
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	uids := make([]uuid.UUID, 500)
	for i := range uids {
		uids[i] = w.Learn(b, "acme", fmt.Sprint(i), "before")
	}
	var n atomic.Int64
	b.SetParallelism(8)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			uid := uids[int(n.Add(1))%len(uids)]
			w.Accept(b, jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: uid}, Summary: "after"})
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
