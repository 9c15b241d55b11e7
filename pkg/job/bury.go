package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

const entomb = `
update job set state = 5, folded = false, reason = $3, ended_at = now(), lease_until = null,
	unsure_at = case when $4 then greatest(unsure_at, deadline) when not $5 then unsure_at end
where id = $1 and ($2 = 0 or lease = $2) and state in (0, 1, 2) returning lane`

// burial is one write that is buried.
type burial struct {
	job         *Job
	lease       int64 // only its holder may; 0: whoever has locked the lane
	class       Class
	fault       *fault.Error
	try         try
	predecessor uuid.UUID // the job with which it is buried; zero: by itself
	next        bool      // the lane has somebody who may run now
}

// unsure is when the last attempt was given up that may have been applied, or its deadline, by Postgres's clock; zero: none may.
func (b *burial) unsure() time.Time {
	switch {
	case b.fault.MayApply && !b.try.began.IsZero():
		return b.job.Opened.At.Add(time.Since(b.try.began))
	case certain(b.fault):
		return time.Time{}
	}
	return b.job.UnsureAt
}

// Bury makes a dead letter of a write: the entity goes back to what the vendor has and says what was refused and why,
// and the lane goes on. With a create, the writes that build on it are buried too: those of its lane at once, those that
// refer to it in portions. Only the holder of the lease may.
func (s *Store) Bury(ctx context.Context, j *Job, class Class, f *fault.Error, t try) error {
	b := &burial{job: j, lease: j.Opened.Seq, class: class, fault: f, try: t}
	err := s.inTx(ctx, func(tx pgx.Tx) error { return s.bury(ctx, tx, b) })
	switch {
	case errors.Is(err, errSettled):
		return nil
	case errors.Is(err, errMade):
		t.action, t.outcome = "seen", ""
		return s.Settle(ctx, j, Result{VendorID: j.VendorID}, t)
	case err != nil:
		return fmt.Errorf("bury job %s: %w", j.ID, err)
	}
	s.buriedNow(b)
	if j.Effect == mirror.Creates {
		_, _, err = s.buryOrphans(ctx, j.Connection, j.UID, orphan{})
	}
	return err
}

// errMade says that what a create was to make was seen with its mark while its attempt was under way.
var errMade = errors.New("it was made") //nolint:gochecknoglobals // a sentinel

// buriedNow tells after the commit what may run.
func (s *Store) buriedNow(b *burial) {
	if b.next {
		s.Wake(b.job.Connection, b.job.Lane)
	}
}

func (s *Store) bury(ctx context.Context, tx pgx.Tx, b *burial) error {
	b.next = false
	j := b.job
	e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
	if err != nil {
		return err
	}
	if e == nil {
		return fmt.Errorf("its %s is gone from the mirror", j.Kind)
	}
	if op := s.ops[j.Operation]; j.Effect == mirror.Creates && e.VendorID != "" && op != nil && len(op.Steps) == 0 {
		j.VendorID = e.VendorID
		return errMade
	}
	if err := s.entomb(ctx, tx, b); err != nil {
		return err
	}
	if err := s.mirror.Refuse(ctx, tx, j.Kind, e, j.ID, b.refusal()); err != nil {
		return err
	}
	if j.Effect == mirror.Creates && e.VendorID == "" {
		if err := s.buryFollowers(ctx, tx, j); err != nil {
			return err
		}
	}
	if e.VendorID != "" && e.Confirmed == nil { // its first call has made it: look what the vendor has
		if err := mirror.QueueFetch(ctx, tx, j.Connection, mirror.Ref{Kind: j.Kind, VendorID: e.VendorID}, time.Time{}); err != nil {
			return err
		}
	}
	batch := &pgx.Batch{}
	queuePromotion(batch, j.Connection, []string{j.Lane}, []*time.Time{s.hold(j, b.unsure())}, func(string) { b.next = true })
	return tx.SendBatch(ctx, batch).Close()
}

// entomb ends the job with a dead letter, and gives it the lane that it has now: its entity may have been merged since it
// was read. errSettled: somebody else has the lease, or ended it.
func (s *Store) entomb(ctx context.Context, tx pgx.Tx, b *burial) error {
	err := tx.QueryRow(ctx, entomb, b.job.ID, b.lease, b.class, b.fault.MayApply, certain(b.fault)).Scan(&b.job.Lane)
	if errors.Is(err, pgx.ErrNoRows) {
		return errSettled
	}
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	if b.try.action != "" {
		s.history(batch, b.job, b.try, b.fault)
	}
	b.deadLetter(batch)
	return tx.SendBatch(ctx, batch).Close()
}

// insertDeadLetter: what has no job that stays is told once until somebody has dealt with it, and counted.
const insertDeadLetter = `
insert into dead_letter (id, connection, kind, uid, vendor_id, job, class, reason, field, status, code, message, tracking_id, payload,
	predecessor, dedupe)
values ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
on conflict (connection, dedupe) where dedupe <> '' and resolved_at is null
do update set times = dead_letter.times + 1, last_at = now(), message = excluded.message, tracking_id = excluded.tracking_id`

func (b *burial) deadLetter(batch *pgx.Batch) {
	j, f := b.job, b.fault
	batch.Queue(insertDeadLetter, NewID(), j.Connection, j.Kind, maybe(j.UID), j.VendorID, j.ID, b.class, f.Reason, f.Field, f.Status, f.Code,
		clip(words(f)), f.TrackingID, j.patch, maybe(b.predecessor), "")
}

// fetchLetter is the dead letter of a fetch, whose job does not stay.
func (j *Job) fetchLetter(batch *pgx.Batch, class Class, f *fault.Error) {
	once := sha256.Sum256(fmt.Appendf(nil, "fetch/%q/%q/%q/%q/%q", j.Kind, j.VendorID, class, f.Reason, f.Field))
	batch.Queue(insertDeadLetter, NewID(), j.Connection, j.Kind, nil, j.VendorID, nil, class, f.Reason, f.Field, f.Status, f.Code,
		clip(words(f)), f.TrackingID, j.patch, nil, hex.EncodeToString(once[:]))
}

// words is what a fault says to a person: the vendor's message, or ours.
func words(f *fault.Error) string {
	if f.Message != "" {
		return f.Message
	}
	return f.Error()
}

func (b *burial) refusal() *typev1.Refusal {
	j, f := b.job, b.fault
	return &typev1.Refusal{
		Job: mirror.JobName(j.Connection, j.ID), Operation: j.Operation, Reason: string(b.class), Message: clip(words(f)),
		Code: f.Code, TrackingId: f.TrackingID, Paths: j.Paths, RefuseTime: timestamppb.New(j.Opened.At),
	}
}

// buryFollowers buries what waits for a create that will not happen: the writes of what it was to make, and of its children,
// which ride in the same lane. A child's own create has its parent's lane, and nobody else there builds on it. A lane is
// bounded by MaxPending.
func (s *Store) buryFollowers(ctx context.Context, tx pgx.Tx, create *Job) error {
	all := s.mirror.Table(create.Kind).Parent == ""
	rows, err := tx.Query(ctx, "select "+jobColumns+` from job where connection = $1 and lane = $2 and state in (0, 1) and ($3 or uid = $4)
		order by seq for update`, create.Connection, create.Lane, all, create.UID)
	if err != nil {
		return err
	}
	followers, err := pgx.CollectRows(rows, scanJob)
	if err != nil {
		return err
	}
	for _, j := range followers {
		j.Opened = create.Opened
		b := &burial{job: j, class: Predecessor, fault: withCreate(create.Connection, create.ID), predecessor: create.ID}
		if err := s.buryFollower(ctx, tx, b, create); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) buryFollower(ctx context.Context, tx pgx.Tx, b *burial, create *Job) error {
	if err := s.entomb(ctx, tx, b); err != nil {
		return err
	}
	j := b.job
	e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
	if err != nil || e == nil {
		return err
	}
	said := b.refusal()
	if j.UID == create.UID && e.Refusal != nil {
		said = e.Refusal // what the vendor said of the create says more
	}
	return s.mirror.Refuse(ctx, tx, j.Kind, e, j.ID, said)
}
