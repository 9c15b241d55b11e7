package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// errSettled says that another worker has settled the job already.
var errSettled = errors.New("settled already") //nolint:gochecknoglobals // a sentinel

// try is one attempt as it is told in the job's history.
type try struct {
	action  string // attempt, probe, seen
	began   time.Time
	outcome string
	over    string // what the write went over, when somebody else changed its fields
}

// Settle saves that the vendor accepted a write: whoever holds the lease, because it is true. Entity, job and lane in
// one transaction, the entity locked first; with others of its kind, where that is all there is to write.
func (s *Store) Settle(ctx context.Context, j *Job, r Result, t try) error {
	if s.plain(j, r) && s.settling.Do(ctx, j.Connection, j.Kind, settling{job: j, result: r, try: t}) {
		return nil
	}
	return s.settleAlone(ctx, j, r, t)
}

func (s *Store) settleAlone(ctx context.Context, j *Job, r Result, t try) error {
	var next bool
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		next, err = s.settle(ctx, tx, j, r, t)
		return err
	})
	if errors.Is(err, errSettled) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settle job %s: %w", j.ID, err)
	}
	if next || j.Effect == mirror.Creates {
		s.Wake(j.Connection, j.Lane)
	}
	return nil
}

// settle reads and locks in one round trip and writes in another. The job's lane is read anew: a merge of its entity, since
// it was claimed, has moved it.
func (s *Store) settle(ctx context.Context, tx pgx.Tx, j *Job, r Result, t try) (next bool, err error) {
	var is standing
	h, err := s.mirror.Hold(ctx, tx, s.mirror.Table(j.Kind), j.Connection, mirror.Target{UID: j.UID}, func(b *pgx.Batch) {
		b.Queue(lockStanding, []uuid.UUID{j.ID}).QueryRow(func(row pgx.Row) error { return row.Scan(is.targets()...) })
	})
	if err != nil {
		return false, err
	}
	j.Lane = is.lane
	switch {
	case h.Entity == nil:
		return false, fmt.Errorf("its %s is gone from the mirror", j.Kind)
	case is.state == Dead:
		if h, err = s.exhume(ctx, tx, j); err != nil {
			return false, err
		}
	case is.state > Claimed:
		return false, errSettled
	}
	b, w := &pgx.Batch{}, s.mirror.Writing(j.Kind, j.Connection)
	done, err := s.mirror.Settle(ctx, tx, w, h, settlement(j, r))
	if err != nil {
		return false, err
	}
	w.Queue(b)
	var ends endings
	ends.add(j, r.VendorID, done, t, s.hold(j, is.unsure(j)))
	ends.queue(b, j.Connection, func(string) { next = true })
	if is.state == Dead {
		succeedAfterAll(b, j)
	}
	err = tx.SendBatch(ctx, b).Close()
	return next, err
}

// standing is a job as it stands when somebody who has attempted it brings the vendor's acceptance.
type standing struct {
	id                 uuid.UUID
	state              State
	lane               string
	lease              int64
	deadline, unsureAt *time.Time
}

const lockStanding = `select id, state, lane, lease, deadline, unsure_at from job where id = any($1::uuid[]) for update`

func (x *standing) targets() []any {
	return []any{&x.id, &x.state, &x.lane, &x.lease, &x.deadline, &x.unsureAt}
}

// unsure is until when an attempt of j may have been sent of which nobody has heard: one that was given up, or one that
// somebody else is making at this moment, because the lease of the one that was accepted had run out.
func (x *standing) unsure(j *Job) time.Time {
	last := j.UnsureAt
	if x.lease == j.Opened.Seq {
		return last
	}
	for _, at := range []*time.Time{x.deadline, x.unsureAt} {
		if at != nil && at.After(last) {
			last = *at
		}
	}
	return last
}

func settlement(j *Job, r Result) mirror.Settlement {
	n := mirror.Settlement{Job: j.ID, Kind: j.Kind, UID: j.UID, VendorID: r.VendorID}
	if r.Seen != nil {
		seen := *r.Seen
		seen.Source, seen.Opened = mirror.Write, j.Opened
		n.Seen = &seen
	}
	return n
}
