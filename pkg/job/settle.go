package job

import (
	"cmp"
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

const finish = `
update job set state = $2, folded = $3, settled = nextval('moment'), settled_at = clock_timestamp(), vendor_id = coalesce($4, vendor_id),
	unsure_at = null, absent_at = null, lease_until = null, ended_at = case when $3 then null else now() end
where id = $1 and state in (0, 1, 2)`

// Settle saves that the vendor accepted a write: whoever holds the lease, because it is true. Entity, job and lane in
// one transaction, the entity locked first.
func (s *Store) Settle(ctx context.Context, j *Job, r Result, t try) error {
	var next bool
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		e, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
		if err != nil {
			return err
		}
		if e == nil {
			return fmt.Errorf("its %s is gone from the mirror", j.Kind)
		}
		if err := s.open(ctx, tx, j.ID); err != nil {
			return err
		}
		done, err := s.mirror.Settle(ctx, tx, e, settlement(j, r))
		if err != nil {
			return err
		}
		if next, err = s.finish(ctx, tx, j, r.VendorID, done, t); err != nil {
			return err
		}
		return nil
	})
	if errors.Is(err, errSettled) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("settle job %s: %w", j.ID, err)
	}
	if next {
		s.Wake(j.Connection, j.Lane)
	}
	return nil
}

// open locks a job that has not ended; errSettled: it has.
func (s *Store) open(ctx context.Context, tx pgx.Tx, id uuid.UUID) error {
	var state State
	err := tx.QueryRow(ctx, `select state from job where id = $1 for update`, id).Scan(&state)
	if err == nil && state > Claimed {
		return errSettled
	}
	return err
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

func (s *Store) finish(ctx context.Context, tx pgx.Tx, j *Job, vendorID string, done bool, t try) (next bool, err error) {
	state := Settled
	if done {
		state = Done
	}
	var id *string
	if vendorID != "" {
		id = &vendorID
	}
	b := &pgx.Batch{}
	b.Queue(finish, j.ID, state, !done, id)
	t.outcome = cmp.Or(t.outcome, "done") // a probe has found
	s.history(b, j, t, nil)
	b.Queue(promote, j.Connection, j.Lane).Exec(promoted(&next))
	return next, tx.SendBatch(ctx, b).Close()
}

// promote makes the next write of a lane runnable, unless one is under way.
const promote = `
update job set state = 1 where id = (
	select id from job where connection = $1 and lane = $2 and state = 0
	and not exists (select 1 from job where connection = $1 and lane = $2 and state in (1, 2)) order by seq limit 1)`
