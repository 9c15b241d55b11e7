package job

import (
	"context"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// maxTogether bounds how many acceptances share a transaction.
const maxTogether = 64

// settling is an acceptance to be saved with others.
type settling struct {
	job    *Job
	result Result
	try    try
	turn   chan turn
}

// turn is what one who waits is told.
type turn uint8

const (
	settled turn = iota // it is saved
	alone               // it has to be saved by itself
	lead                // it is the one to save what waits
)

// group gathers the acceptances of one kind of one connection: while one commit is under way, the next gather. Nobody
// waits for company: who finds no commit under way makes one at once.
type group struct {
	store *Store

	mu      sync.Mutex
	busy    bool
	waiting []*settling // as many as there are attempts
}

type groupKey struct{ connection, kind string }

func (s *Store) together(j *Job) *group {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := groupKey{j.Connection, j.Kind}
	if s.groups[key] == nil {
		s.groups[key] = &group{store: s}
	}
	return s.groups[key]
}

// plain reports whether to settle j touches no entity but its own.
func (s *Store) plain(j *Job, r Result) bool {
	return s.mirror.Table(j.Kind).Parent == "" && (r.VendorID == "" || r.VendorID == j.VendorID)
}

// settle reports whether x was saved; if not, it has to be saved by itself.
func (g *group) settle(ctx context.Context, x *settling) bool {
	x.turn = make(chan turn, 1)
	g.mu.Lock()
	g.waiting = append(g.waiting, x)
	if !g.busy {
		g.busy = true
		x.turn <- lead
	}
	g.mu.Unlock()
	t := <-x.turn // each who leads ends its round within savePeriod
	if t == lead {
		g.round(ctx)
		t = <-x.turn
	}
	return t == settled
}

// round saves what waits, and hands over to the first of those that have come meanwhile.
func (g *group) round(ctx context.Context) {
	g.mu.Lock()
	n := min(len(g.waiting), maxTogether)
	mine := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	g.mu.Unlock()
	saved := g.store.settleTogether(ctx, mine)
	for _, x := range mine {
		if saved[x.job.ID] {
			x.turn <- settled
		} else {
			x.turn <- alone
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.busy = len(g.waiting) > 0; g.busy {
		g.waiting[0].turn <- lead
	}
}

// settleTogether saves several acceptances in one transaction and says which it has saved. What somebody else holds, and
// all of them if anything goes wrong, is left to be saved by itself: so none suffers from another.
func (s *Store) settleTogether(ctx context.Context, all []*settling) map[uuid.UUID]bool {
	var saved map[uuid.UUID]bool
	var next []string
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		saved, next, err = s.settleFree(ctx, tx, all)
		return err
	})
	if err != nil {
		return nil
	}
	for _, lane := range next {
		s.Wake(all[0].job.Connection, lane)
	}
	return saved
}

func (s *Store) settleFree(ctx context.Context, tx pgx.Tx, all []*settling) (saved map[uuid.UUID]bool, next []string, err error) {
	first := all[0].job
	ids, uids := make([]uuid.UUID, 0, len(all)), make([]uuid.UUID, 0, len(all))
	for _, x := range all {
		ids, uids = append(ids, x.job.ID), append(uids, x.job.UID)
	}
	standings := map[uuid.UUID]*standing{}
	held, err := s.mirror.HoldFree(ctx, tx, s.mirror.Table(first.Kind), first.Connection, uids, func(b *pgx.Batch) {
		b.Queue(lockStanding+" skip locked", ids).Query(func(rows pgx.Rows) error {
			var is standing
			_, err := pgx.ForEachRow(rows, is.targets(), func() error { one := is; standings[is.id] = &one; return nil })
			return err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	saved, b := map[uuid.UUID]bool{}, &pgx.Batch{}
	var ends endings
	for _, x := range all {
		h, is := held[x.job.UID], standings[x.job.ID]
		if h.Entity == nil || h.VendorID == "" || is == nil || is.state > Claimed || saved[x.job.ID] {
			continue
		}
		done, err := s.mirror.Settle(ctx, tx, b, h, settlement(x.job, x.result))
		if err != nil {
			return nil, nil, err
		}
		ends.add(x.job, x.result.VendorID, done, x.try, s.hold(x.job, is.unsure(x.job)))
		saved[x.job.ID] = true
	}
	ends.queue(b, first.Connection, func(lane string) { next = append(next, lane) })
	if b.Len() > 0 {
		err = tx.SendBatch(ctx, b).Close()
	}
	return saved, next, err
}
