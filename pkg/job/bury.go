package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const entomb = `
update job set state = 5, folded = false, reason = $3, ended_at = now(), lease_until = null,
	unsure_at = case when $4 then greatest(unsure_at, deadline) else unsure_at end
where id = $1 and ($2 = 0 or lease = $2) and state in (0, 1, 2)`

// Bury makes a dead letter of a write: the entity goes back to what the vendor has and says what was refused and why,
// and the lane goes on. With a create, the writes that build on it are buried too. Only the holder of the lease may.
func (s *Store) Bury(ctx context.Context, j *Job, class Class, f *fault.Error, t try) error {
	var next bool
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		next = false
		e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
		if err != nil {
			return err
		}
		if e == nil {
			return fmt.Errorf("its %s is gone from the mirror", j.Kind)
		}
		if err := s.entomb(ctx, tx, j, j.Opened.Seq, class, f, t); err != nil {
			return err
		}
		if err := s.mirror.Refuse(ctx, tx, j.Kind, e, j.ID, refusal(j, class, f)); err != nil {
			return err
		}
		if j.Effect == mirror.Creates && e.VendorID == "" {
			if err := s.buryFollowers(ctx, tx, j); err != nil {
				return err
			}
		}
		b := &pgx.Batch{}
		b.Queue(promote, j.Connection, j.Lane).Exec(promoted(&next))
		return tx.SendBatch(ctx, b).Close()
	})
	switch {
	case errors.Is(err, errSettled):
		return nil
	case err != nil:
		return fmt.Errorf("bury job %s: %w", j.ID, err)
	case next:
		s.Wake(j.Connection, j.Lane)
	}
	return nil
}

// entomb ends the job with a dead letter; errSettled: somebody else has the lease, or ended it.
func (s *Store) entomb(ctx context.Context, tx pgx.Tx, j *Job, lease int64, class Class, f *fault.Error, t try) error {
	ct, err := tx.Exec(ctx, entomb, j.ID, lease, class, f.MayApply)
	if err != nil {
		return err
	}
	if ct.RowsAffected() == 0 {
		return errSettled
	}
	b := &pgx.Batch{}
	if t.action != "" {
		s.history(b, j, t, f)
	}
	j.deadLetter(b, class, f, true)
	return tx.SendBatch(ctx, b).Close()
}

// insertDeadLetter: of a fetch, which has no job that stays, the same trouble is told once until somebody has dealt with it.
const insertDeadLetter = `
insert into dead_letter (id, connection, kind, uid, vendor_id, job, class, reason, field, status, code, message, tracking_id, payload)
select $1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $10, $11, $12, $13, $14 where $6::uuid is not null or not exists (
	select 1 from dead_letter where connection = $2 and kind = $3 and vendor_id = $5 and class = $7 and reason = $8 and field = $9
	and resolved_at is null)`

func (j *Job) deadLetter(b *pgx.Batch, class Class, f *fault.Error, keepsJob bool) {
	var job, uid *uuid.UUID
	if keepsJob {
		job = &j.ID
	}
	if j.UID != (uuid.UUID{}) {
		uid = &j.UID
	}
	b.Queue(insertDeadLetter, NewID(), j.Connection, j.Kind, uid, j.VendorID, job, class, f.Reason, f.Field, f.Status, f.Code,
		clip(words(f)), f.TrackingID, j.patch)
}

// words is what a fault says to a person: the vendor's message, or ours.
func words(f *fault.Error) string {
	if f.Message != "" {
		return f.Message
	}
	return f.Error()
}

func refusal(j *Job, class Class, f *fault.Error) *typev1.Refusal {
	return &typev1.Refusal{
		Job: mirror.JobName(j.Connection, j.ID), Operation: j.Operation, Reason: string(class), Message: clip(words(f)),
		Code: f.Code, TrackingId: f.TrackingID, Paths: j.Paths, RefuseTime: timestamppb.New(j.Opened.At),
	}
}

// buryFollowers buries what waits in the lane of a create that will not happen. A lane is bounded by MaxPending.
func (s *Store) buryFollowers(ctx context.Context, tx pgx.Tx, create *Job) error {
	rows, err := tx.Query(ctx, "select "+jobColumns+" from job where connection = $1 and lane = $2 and state in (0, 1) order by seq for update",
		create.Connection, create.Lane)
	if err != nil {
		return err
	}
	followers, err := pgx.CollectRows(rows, scanJob)
	if err != nil {
		return err
	}
	for _, j := range followers {
		f := &fault.Error{Kind: fault.Invalid, Reason: "PREDECESSOR", Message: "the create that it builds on was buried: " + mirror.JobName(create.Connection, create.ID)}
		j.Opened = create.Opened
		if err := s.entomb(ctx, tx, j, 0, Predecessor, f, try{}); err != nil {
			return err
		}
		e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		said := refusal(j, Predecessor, f)
		if j.UID == create.UID && e.Refusal != nil {
			said = e.Refusal // what the vendor said of the create says more
		}
		if err := s.mirror.Refuse(ctx, tx, j.Kind, e, j.ID, said); err != nil {
			return err
		}
	}
	return nil
}
