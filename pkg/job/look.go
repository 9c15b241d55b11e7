package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// look makes a fetch: what the vendor says now is applied, and the job is forgotten in the same transaction, unless a
// look opened later is still needed.
func (w *Worker) look(ctx context.Context, j *Job) error {
	t := try{action: "attempt", began: time.Now()}
	fetch := w.fetch[j.Kind]
	if fetch == nil {
		return w.fail(ctx, j, &fault.Error{Kind: fault.Invalid, Reason: "NO_FETCH", Message: "kind " + j.Kind + " cannot be fetched"}, t)
	}
	seen, err := fetch(ctx, j.Connection, mirror.Ref{Kind: j.Kind, VendorID: j.VendorID})
	if err != nil {
		return w.fail(ctx, j, err, t)
	}
	w.metrics.count(ctx, j, "done")
	save, cancel := saving(ctx)
	defer cancel()
	return w.store.looked(save, j, opened(seen, j.Opened))
}

func opened(seen []mirror.Observation, m mirror.Moment) []mirror.Observation {
	for i := range seen {
		seen[i].Source, seen[i].Opened = mirror.Fetch, m
	}
	return seen
}

// forgetFetch is for who holds the lease yet. Where it ran out, and the fetch is queued again, others have joined it, and wait for it.
const forgetFetch = `delete from job where id = $1 and lease = $2 and state = 2`

// looked applies what a fetch saw and forgets the fetch.
func (s *Store) looked(ctx context.Context, j *Job, seen []mirror.Observation) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, forgetFetch, j.ID, j.Opened.Seq); err != nil {
			return err
		}
		ref := mirror.Ref{Kind: j.Kind, VendorID: j.VendorID}
		return s.mirror.Fetched(ctx, tx, j.Connection, ref, seen, func(r []mirror.Result) time.Time { return s.lookAgain(j, r) })
	})
	if err != nil {
		return fmt.Errorf("apply what fetch %s saw: %w", j.ID, err)
	}
	s.Wake(j.Connection, j.Lane)
	return nil
}

// lookAgain is when the entity needs another look beyond those that the observations asked for; zero: it does not.
// What was hinted at and is not there is looked at once more: vendors answer 404 for what they have just created.
func (s *Store) lookAgain(j *Job, results []mirror.Result) time.Time {
	t := s.mirror.Table(j.Kind)
	switch {
	case j.Opened.At.Before(j.AgainAt):
		return j.AgainAt
	case len(results) == 1 && results[0].Outcome == mirror.Dropped && j.Failures == 0 && j.Opened.At.Sub(j.CreatedAt) < t.SecondLook():
		return j.CreatedAt.Add(t.SecondLook())
	}
	return time.Time{}
}

// refresh looks at the entity of an old write before it is sent.
func (w *Worker) refresh(ctx context.Context, j *Job, ref mirror.Ref) error {
	now, err := mirror.Now(ctx, w.store.db)
	if err != nil {
		return err
	}
	seen, err := w.fetch[j.Kind](ctx, j.Connection, ref)
	if err != nil {
		return fmt.Errorf("look before a late write: %w", err)
	}
	return w.store.inTx(ctx, func(tx pgx.Tx) error {
		_, err := w.mirror.Apply(ctx, tx, j.Connection, opened(seen, now))
		return err
	})
}

// absolve notes that no earlier attempt was applied: two looks said so. held says that the job is still this worker's.
func (s *Store) absolve(ctx context.Context, j *Job, t try) (held bool, err error) {
	j.UnsureAt, j.AbsentAt = time.Time{}, time.Time{}
	b := &pgx.Batch{}
	b.Queue(`update job set unsure_at = null, absent_at = null where id = $1 and lease = $2 and state = 2`, j.ID, j.Opened.Seq).
		Exec(func(ct pgconn.CommandTag) error { held = ct.RowsAffected() > 0; return nil })
	s.history(b, j, t, nil)
	if err := s.db.SendBatch(ctx, b).Close(); err != nil {
		return false, &fault.Error{Kind: fault.Unavailable, Reason: "NOT_SAVED", Message: "the looks could not be saved", Err: err}
	}
	return held, nil
}

// ours are the writes that the vendor took, or that were seen, only after the job's base was taken: when it was accepted,
// or replayed. What an older one set is part of that base: whoever has brought it back since was somebody else.
const ours = `
select patch, paths from job where connection = $1 and uid = $2 and class = 0 and state in (3, 4) and id <> $3 and patch is not null
	and (folded or greatest(settled_at, ended_at) > greatest($4, (select max(resolved_at) from dead_letter where job = $3 and replay = $3)))
order by seq desc limit 50`

// notOurs leaves out of paths those whose present value a write of ours put there since the job was accepted. What
// cannot be told now is not held against the write.
func (s *Store) notOurs(ctx context.Context, q pg.Querier, j *Job, e *mirror.Entity, paths []string) []string {
	if len(paths) == 0 {
		return nil
	}
	rows, err := q.Query(ctx, ours, j.Connection, j.UID, j.ID, j.CreatedAt)
	if err != nil {
		return nil
	}
	var patch []byte
	var set []string
	_, err = pgx.ForEachRow(rows, []any{&patch, &set}, func() error {
		m, err := s.mirror.Table(j.Kind).Decode(patch)
		if err != nil {
			return err
		}
		theirs := mirror.Differing(e.Confirmed, m, set) // of what it set, what is not there any more
		paths = slices.DeleteFunc(paths, func(p string) bool { return slices.Contains(set, p) && !slices.Contains(theirs, p) })
		return nil
	})
	if err != nil {
		return nil
	}
	return paths
}
