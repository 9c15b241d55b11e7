package job_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/job"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// sight applies what a webhook would tell of a ticket with this mark.
func (r *rig) sight(t *testing.T, id string, j *job.Job) {
	t.Helper()
	err := pg.InTx(context.Background(), r.DB, func(tx pgx.Tx) error {
		now, err := mirror.Now(context.Background(), tx)
		if err != nil {
			return err
		}
		o := fixture.Ticket(id, "printer")
		o.Source, o.Opened, o.Mark = mirror.Fetch, now, j.ID
		_, err = r.Mirror.Apply(context.Background(), tx, "acme", []mirror.Observation{o})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A vendor's search lags behind its webhooks, and a look takes its time.
func TestWhatHappensWhileTheLastLookFindsNothing(t *testing.T) {
	for name, row := range map[string]struct {
		meanwhile func(t *testing.T, r *rig, j *job.Job)
		made      int
		state     job.State
	}{
		"nothing: it is sent": {func(*testing.T, *rig, *job.Job) {}, 1, job.Done},
		"it is seen with its mark": {func(t *testing.T, r *rig, j *job.Job) {
			t.Helper()
			r.sight(t, "100", j)
		}, 0, job.Done},
		"somebody else has claimed it": {func(t *testing.T, r *rig, j *job.Job) {
			t.Helper()
			r.exec(t, `update job set lease = lease + 1000 where id = $1`, j.ID)
		}, 0, job.Claimed},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor()
			var r *rig
			op, err := job.Operation[*psav1.Ticket]{
				Name: "Lag", Kind: "ticket", Effect: mirror.Creates, Safety: job.Probed, Attempt: v.attempt,
				Probe: func(_ context.Context, j *job.Job, _ *psav1.Ticket) (job.Answer, error) {
					row.meanwhile(t, r, j)
					return job.Answer{Found: job.Absent}, nil
				},
			}.Bind()
			if err != nil {
				t.Fatal(err)
			}
			v.more = append(v.more, op)
			r = start(t, v, 0)
			_, id := r.Accept(t, r.jobs, fixture.Write{Operation: "Lag", Effect: mirror.Creates, Summary: "printer"})
			r.exec(t, `update job set unsure_at = now() - interval '1 hour', absent_at = now() - interval '1 hour' where id = $1`, id)
			r.worker().RunForTest(t.Context(), r.claim(t))
			if got := r.state(t, id); len(v.made()) != row.made || got != row.state {
				t.Errorf("made %v, state %v; want %d, state %v", v.made(), got, row.made, row.state)
			}
		})
	}
}
