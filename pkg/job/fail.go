package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Fail saves that an attempt did not succeed: the job is tried again later, or buried. Only the holder of the lease
// may say so; for anybody else it is old news.
func (s *Store) Fail(ctx context.Context, j *Job, err error, t try, r Retries) error {
	f := fault.Of(err)
	t.outcome = f.Kind.String()
	d := r.decide(j, f)
	if j.Class == budget.Fetch {
		return s.failFetch(ctx, j, f, d)
	}
	if d.bury != "" {
		return s.Bury(ctx, j, d.bury, f, t)
	}
	return s.again(ctx, j, f, d, t)
}

const again = `
update job set state = 1, runnable_at = clock_timestamp() + $3::interval, lease_until = null,
	failures = failures + $4, attempts = attempts - $5, waited = waited + case when $4 > 0 then $3::interval else '0' end,
	unsure_at = case when $6 then greatest(unsure_at, deadline) else unsure_at end,
	absent_at = case when $6 then null else absent_at end
where id = $1 and lease = $2 and state = 2`

func (s *Store) again(ctx context.Context, j *Job, f *fault.Error, d fate, t try) error {
	b := &pgx.Batch{}
	b.Queue(again, j.ID, j.Opened.Seq, d.wait, count(d.count), count(!d.count), f.MayApply)
	s.history(b, j, t, f)
	if f.Kind == fault.NotFound && j.VendorID != "" { // perhaps it is gone: look
		if err := mirror.QueueFetch(ctx, s.db, j.Connection, mirror.Ref{Kind: j.Kind, VendorID: j.VendorID}, time.Time{}); err != nil {
			return err
		}
	}
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("put job %s off: %w", j.ID, err)
	}
	return nil
}

// failFetch puts a fetch off. One that cannot succeed is forgotten, and a dead letter tells why: the next sweep or
// delivery asks again.
func (s *Store) failFetch(ctx context.Context, j *Job, f *fault.Error, d fate) error {
	if d.bury == "" && f.Kind != fault.Drift {
		_, err := s.db.Exec(ctx, again, j.ID, j.Opened.Seq, d.wait, count(d.count), count(!d.count), false)
		if pgIsQueued(err) { // a newer fetch of the same entity is queued: it does as well
			_, err = s.db.Exec(ctx, `delete from job where id = $1`, j.ID)
		}
		if err != nil {
			return fmt.Errorf("put fetch %s off: %w", j.ID, err)
		}
		return nil
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		class := d.bury
		if f.Kind == fault.Drift {
			class = SchemaDrift
		}
		b := &pgx.Batch{}
		b.Queue(`delete from job where id = $1`, j.ID)
		j.deadLetter(b, class, f, false)
		return tx.SendBatch(ctx, b).Close()
	})
}

const putOff = `
update job set state = 1, runnable_at = $3, lease_until = null, absent_at = $4, unsure_at = $5 where id = $1 and lease = $2 and state = 2`

// PutOff queues the job for at, with what its probe has learned.
func (s *Store) putOff(ctx context.Context, j *Job, at time.Time, t try) error {
	b := &pgx.Batch{}
	b.Queue(putOff, j.ID, j.Opened.Seq, at, nullable(j.AbsentAt), nullable(j.UnsureAt))
	s.history(b, j, t, nil)
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("put job %s off: %w", j.ID, err)
	}
	return nil
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
