package job

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// orphans are waiting jobs that refer to what will not be created.
const orphans = `
select r.connection, r.kind, r.uid, r.job from reference r
where r.vendor_id is null and ($1 = '' or r.connection = $1) and ($2::uuid is null or r.uid = $2)
	and (r.connection, r.uid, r.job) > ($4, $5, $6) and exists (select from job w where w.id = r.job and w.state = 0)
	and not exists (select from job c where c.connection = r.connection and c.uid = r.uid and c.class = 0 and c.effect = 1 and c.state < 5)
order by r.connection, r.uid, r.job limit $3`

type orphan struct {
	Connection, Kind string
	UID              uuid.UUID // what it waits for
	Job              uuid.UUID
}

// buryOrphans buries a portion of the jobs that wait for an entity whose create was buried; the zero uid is any. It
// reports how many it found behind after, and the last of them: the slow scan goes on with the rest. One that cannot be
// buried harms no other.
func (s *Store) buryOrphans(ctx context.Context, connection string, uid uuid.UUID, after orphan) (n int, last orphan, err error) {
	rows, err := s.db.Query(ctx, orphans, connection, maybe(uid), followPart, after.Connection, after.UID, after.Job)
	if err != nil {
		return 0, after, fmt.Errorf("look for orphans: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[orphan])
	if err != nil {
		return 0, after, fmt.Errorf("look for orphans: %w", err)
	}
	for _, o := range found {
		last = o
		failed := s.buryOrphan(ctx, o)
		if failed != nil && !errors.Is(failed, errSettled) && !isLeft(failed) {
			err = fmt.Errorf("bury job %s with what it refers to: %w", o.Job, failed)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return len(found), last, err
}

// buryOrphan buries one of them, if what it refers to is still not to be created once that is locked.
func (s *Store) buryOrphan(ctx context.Context, o orphan) error {
	var b *burial
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		b = nil
		j, _, err := s.buried(ctx, tx, o.Job)
		if err != nil {
			return err
		}
		lock := func() error {
			_, err := s.mirror.Lock(ctx, tx, s.mirror.Table(j.Kind), j.Connection, j.UID)
			return err
		}
		_, err = s.mirror.Refer(ctx, tx, j.Connection, []mirror.Reference{{Kind: o.Kind, UID: o.UID}}, j.Kind, j.UID, lock)
		if err == nil || !isLeft(precondition(err)) {
			return err // nil: it is on its way again, or was created meanwhile
		}
		create, err := lastCreate(ctx, tx, o)
		if err != nil {
			return err
		}
		b = &burial{job: j, class: Predecessor, fault: withCreate(j.Connection, create), predecessor: create}
		return s.bury(ctx, tx, b)
	})
	if err == nil && b != nil {
		s.buriedNow(b)
	}
	return err
}

func lastCreate(ctx context.Context, tx pgx.Tx, o orphan) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `select id from job where connection = $1 and uid = $2 and class = 0 and effect = 1 order by seq desc limit 1`,
		o.Connection, o.UID).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return id, nil // it is no longer kept
	}
	return id, err
}

func withCreate(connection string, create uuid.UUID) *fault.Error {
	return &fault.Error{
		Kind: fault.Invalid, Reason: "PREDECESSOR",
		Message: "the create that it builds on was buried: " + mirror.JobName(connection, create),
	}
}

// created are entities that jobs wait for although they, or what they were merged into, have their vendor's id.
const created = `
select distinct r.connection, r.uid, t.vendor_id from reference r
left join alias a on a.connection = r.connection and a.kind = r.kind and a.name = '~' || r.uid
join %s t on t.connection = r.connection and t.uid = coalesce(a.uid, r.uid)
where r.kind = $1 and r.vendor_id is null and t.vendor_id is not null limit $2`

// release lets go on what waits for entities that have been created: what a settle or a sight of them did not get to.
func (s *Store) release(ctx context.Context) error {
	var errs []error
	for _, t := range s.mirror.Tables() {
		errs = append(errs, s.releaseKind(ctx, t))
	}
	return errors.Join(errs...)
}

func (s *Store) releaseKind(ctx context.Context, t *mirror.Table) error {
	rows, err := s.db.Query(ctx, fmt.Sprintf(created, t.Table), t.Name, followPart)
	if err != nil {
		return fmt.Errorf("look for what was created: %w", err)
	}
	b, connections := &pgx.Batch{}, map[string]bool{}
	var connection, vendorID string
	var uid uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&connection, &uid, &vendorID}, func() error {
		b.Queue(mirror.ReleaseSQL, connection, uid, vendorID)
		connections[connection] = true
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for what was created: %w", err)
	}
	if b.Len() == 0 {
		return nil
	}
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("release what waits for a %s: %w", t.Name, err)
	}
	for c := range connections {
		s.Wake(c, t.Name)
	}
	return nil
}
