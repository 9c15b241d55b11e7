package job

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// settling is an acceptance to be saved with others.
type settling struct {
	job    *Job
	result Result
	try    try
}

// plain reports whether to settle j touches no entity but its own.
func (s *Store) plain(j *Job, r Result) bool {
	return s.mirror.Table(j.Kind).Parent == "" && (r.VendorID == "" || r.VendorID == j.VendorID)
}

// settleTogether saves several acceptances in one transaction and says which it has saved. What somebody else holds, and
// all of them if anything goes wrong, is left to be saved by itself: so none suffers from another.
func (s *Store) settleTogether(ctx context.Context, all []settling) ([]bool, error) {
	var saved map[uuid.UUID]bool
	var next []string
	each := make([]bool, len(all))
	err := pg.InTxOfMany(ctx, s.db, func(tx pgx.Tx) (err error) {
		saved, next, err = s.settleFree(ctx, tx, slices.Clone(all))
		return err
	})
	if err != nil {
		return each, err
	}
	for _, lane := range next {
		s.Wake(all[0].job.Connection, lane)
	}
	for i, x := range all {
		each[i] = saved[x.job.ID]
	}
	return each, nil
}

func (s *Store) settleFree(ctx context.Context, tx pgx.Tx, all []settling) (saved map[uuid.UUID]bool, next []string, err error) {
	slices.SortFunc(all, func(a, b settling) int { return cmp.Compare(a.job.VendorID, b.job.VendorID) }) // as everybody who queues fetches
	first := all[0].job
	ids, targets := make([]uuid.UUID, 0, len(all)), make([]mirror.Target, 0, len(all))
	for _, x := range all {
		ids, targets = append(ids, x.job.ID), append(targets, mirror.Target{UID: x.job.UID})
	}
	standings := map[uuid.UUID]*standing{}
	held, err := s.mirror.HoldFree(ctx, tx, s.mirror.Table(first.Kind), first.Connection, targets, func(b *pgx.Batch) {
		b.Queue(lockStanding+" skip locked", ids).Query(func(rows pgx.Rows) error {
			var is standing
			_, err := pgx.ForEachRow(rows, is.targets(), func() error { one := is; standings[is.id] = &one; return nil })
			return err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	saved, b, w := map[uuid.UUID]bool{}, &pgx.Batch{}, s.mirror.Writing(first.Kind, first.Connection)
	var ends endings
	for i, x := range all {
		h, is := held[targets[i]], standings[x.job.ID]
		if h.Entity == nil || h.VendorID == "" || is == nil || is.state > Claimed || saved[x.job.ID] {
			continue
		}
		done, err := s.mirror.Settle(ctx, tx, w, h, settlement(x.job, x.result))
		if err != nil {
			return nil, nil, err
		}
		x.job.Lane = is.lane
		ends.add(x.job, x.result.VendorID, done, x.try, s.hold(x.job, is.unsure(x.job)))
		saved[x.job.ID] = true
	}
	w.Queue(b)
	ends.queue(b, first.Connection, func(lane string) { next = append(next, lane) })
	if b.Len() > 0 {
		err = tx.SendBatch(ctx, b).Close()
	}
	return saved, next, err
}
