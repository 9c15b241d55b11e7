package job

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
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

// again: a request that was given up left before this moment; only of one that was never reported the deadline is all we know.
const again = `
update job set state = 1, runnable_at = clock_timestamp() + $3::interval, lease_until = null,
	failures = failures + $4, attempts = attempts - $5, waited = waited + $7::interval,
	unsure_at = case when $6 then greatest(unsure_at, clock_timestamp()) when not $9 then unsure_at end,
	absent_at = case when not $6 then absent_at end, turn = turn + $8
where id = $1 and lease = $2 and state = 2`

func (s *Store) again(ctx context.Context, j *Job, f *fault.Error, d fate, t try) error {
	j.again = true
	b := &pgx.Batch{}
	b.Queue(again, j.ID, j.Opened.Seq, d.wait, count(d.count), count(!d.count), f.MayApply, d.spent, count(j.renews(s.ops[j.Operation], f)), certain(f))
	s.history(b, j, t, f)
	if gone := s.perhapsGone(j, f); gone.VendorID != "" {
		if err := mirror.QueueFetch(ctx, s.db, j.Connection, gone, time.Time{}); err != nil {
			return err
		}
	}
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("put job %s off: %w", j.ID, err)
	}
	return nil
}

// perhapsGone is what a write's 404 may be about and needs a look: its entity, or what that hangs on; zero: nothing.
func (s *Store) perhapsGone(j *Job, f *fault.Error) mirror.Ref {
	switch {
	case f.Kind != fault.NotFound:
		return mirror.Ref{}
	case j.VendorID != "":
		return mirror.Ref{Kind: j.Kind, VendorID: j.VendorID}
	}
	return mirror.Ref{Kind: s.mirror.Table(j.Kind).Parent, VendorID: j.ParentID}
}

// failFetch puts a fetch off. One that cannot succeed is forgotten, and a dead letter tells why: the next sweep or
// delivery asks again.
func (s *Store) failFetch(ctx context.Context, j *Job, f *fault.Error, d fate) error {
	if d.bury == "" && f.Kind != fault.Drift {
		return s.fetchAgain(ctx, j, d)
	}
	j.again = true // one that was hinted at meanwhile waited for its end
	return s.inTx(ctx, func(tx pgx.Tx) error {
		class := d.bury
		if f.Kind == fault.Drift {
			class = SchemaDrift
		}
		ct, err := tx.Exec(ctx, forgetFetch, j.ID, j.Opened.Seq)
		if err != nil || ct.RowsAffected() == 0 {
			return err // somebody else has it by now
		}
		b := &pgx.Batch{}
		j.fetchLetter(b, class, f)
		return tx.SendBatch(ctx, b).Close()
	})
}

// fetchLater puts a fetch off, or joins it with a newer one of the same entity that is queued already.
const fetchLater = `
with newer as (
	update job set again_at = greatest(again_at, $6), runnable_at = least(runnable_at, clock_timestamp() + $7::interval)
	where connection = $3 and kind = $4 and vendor_id = $5 and class = 1 and state in (0, 1) returning id),
gone as (
	delete from job where id = $1 and lease = $2 and state = 2 and exists (select 1 from newer))
update job set state = 1, runnable_at = clock_timestamp() + $7::interval, lease_until = null, failures = failures + $8,
	waited = waited + $9::interval
where id = $1 and lease = $2 and state = 2 and not exists (select 1 from newer)`

func (s *Store) fetchAgain(ctx context.Context, j *Job, d fate) error {
	j.again = true
	_, err := s.db.Exec(ctx, fetchLater, j.ID, j.Opened.Seq, j.Connection, j.Kind, j.VendorID, nullable(j.AgainAt), d.wait, count(d.count), d.spent)
	if err != nil && !pg.Violates(err, "job_one_queued_fetch") { // else one was queued this moment: the lease brings both together
		return fmt.Errorf("put fetch %s off: %w", j.ID, err)
	}
	return nil
}

const putOff = `
update job set state = 1, runnable_at = $3, lease_until = null, absent_at = $4, unsure_at = $5 where id = $1 and lease = $2 and state = 2`

// PutOff queues the job for at, with what its probe has learned.
func (s *Store) putOff(ctx context.Context, j *Job, at time.Time, t try) error {
	j.again = true
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
