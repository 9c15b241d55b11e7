package job_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// BenchmarkDrain drains queued writes, each of another entity, through a vendor that answers at once.
func BenchmarkDrain(b *testing.B) {
	w := fixture.New(b)
	o := job.Operation[*psav1.Ticket]{
		Name: "Update", Kind: "ticket", Safety: job.Idempotent,
		Attempt: func(_ context.Context, j *job.Job, p *psav1.Ticket) (job.Result, error) {
			seen := fixture.Ticket(j.VendorID, p.GetSummary())
			return job.Result{Seen: &seen}, nil
		},
	}
	op, err := o.Bind()
	if err != nil {
		b.Fatal(err)
	}
	jobs, err := job.NewStore(w.DB, w.Mirror, w.Gate, []*job.Op{op}, nil)
	if err != nil {
		b.Fatal(err)
	}
	first := w.Learn(b, "acme", "1", "before")
	w.Accept(b, jobs, fixture.Write{Operation: "Update", Target: mirror.Target{UID: first}, Summary: "after"})
	multiply(b, w, b.N)
	worker := job.NewWorker(jobs, w.Mirror, nil, []string{"acme"}, job.Config{Slots: 32}, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(b.Context())
	var running sync.WaitGroup
	defer func() { stop(); running.Wait() }()
	b.ResetTimer()
	running.Go(func() { _ = worker.Run(ctx) })
	for {
		var left int
		if err := w.DB.QueryRow(ctx, `select count(*) from (select from job where state < 4 limit 1) left_`).Scan(&left); err != nil {
			b.Fatal(err)
		}
		if left == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
}

// multiply makes n tickets with a job each of the one that there is.
func multiply(b *testing.B, w *fixture.World, n int) {
	b.Helper()
	for _, sql := range []string{
		`insert into ticket (connection, uid, vendor_id, version, confirmed, effective, payload, digest, closed, closed_at, as_of, summary)
		select connection, ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'v' || i, version, confirmed, effective, payload,
			digest, closed, closed_at, as_of, summary
		from ticket, generate_series(1, $1) i where vendor_id = '1'`,
		`insert into job (id, format, connection, kind, uid, lane, class, operation, effect, patch, paths, base, base_confirmed, folded, state)
		select gen_random_uuid(), format, connection, kind, ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'ticket/' || i,
			class, operation, effect, patch, paths, base, base_confirmed, folded, 1
		from job, generate_series(1, $1) i where state = 1`,
	} {
		if _, err := w.DB.Exec(b.Context(), sql, n); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := w.DB.Exec(b.Context(), "analyze ticket, job"); err != nil {
		b.Fatal(err)
	}
}
