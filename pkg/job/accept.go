package job

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// acceptPeriod bounds the transaction of a group: it does not end with the call that leads it.
const acceptPeriod = 10 * time.Second

// accepting is a write to be accepted with others.
type accepting struct {
	ctx      context.Context // of its caller
	db       pg.Beginner
	proposal mirror.Proposal
	request  func(mirror.Accepted) (Request, error)
	accepted mirror.Accepted
	unsure   bool // a transaction with it ended in an error, perhaps after the commit
}

// Accept makes a write durable: the entity's new look and the job, which request makes of it, exist together or not at all. The
// workers know of it when Accept returns. Writes that are accepted at the same time share a transaction; what goes wrong with
// one of them concerns it alone.
func (s *Store) Accept(ctx context.Context, db pg.Beginner, p mirror.Proposal, request func(mirror.Accepted) (Request, error)) (mirror.Accepted, error) {
	x := &accepting{ctx: ctx, db: db, proposal: p, request: request}
	if !s.mirror.Apart(p) && s.accepting.Do(ctx, p.Connection, p.Kind, x) {
		return x.accepted, nil
	}
	group := x.accepted
	if x.unsure {
		if known, err := s.known(ctx, x); known || err != nil {
			s.Wake(p.Connection, group.Lane)
			return group, err
		}
	}
	handed, err := s.handing(x.unsure, func(f func(pgx.Tx) error) error { return pg.InTx(ctx, db, f) },
		func(tx pgx.Tx, h *handover) error { return s.accept(ctx, tx, h, x) })
	if group.Entity == nil {
		group = x.accepted
	}
	if err != nil && group.Entity != nil { // its commit, or the group's, was perhaps under way when we asked
		if known, _ := s.known(ctx, x); known {
			s.Wake(p.Connection, group.Lane)
			return group, nil
		}
	}
	if err != nil {
		return mirror.Accepted{}, err
	}
	if x.unsure {
		s.unbegun.forget(p.Job) // the earlier try cannot be carried out any more, and a crash may have its lease given out again
	}
	if !handed.has(p.Job) {
		s.Wake(p.Connection, x.accepted.Lane)
	}
	return x.accepted, nil
}

// known reports whether a write was accepted after all. If a claim came with that, which was begun by nobody, it is let go.
func (s *Store) known(ctx context.Context, x *accepting) (is bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askPeriod) // also for who has gone: else the claim waits for a scan
	defer cancel()
	if err := s.db.QueryRow(ctx, `select exists (select from job where id = $1)`, x.proposal.Job).Scan(&is); err != nil {
		return false, fmt.Errorf("look whether a write was accepted: %w", err)
	}
	if is {
		_ = s.letGo(ctx) // the next scan tries again
	}
	return is, nil
}

const askPeriod = 2 * time.Second

func (s *Store) accept(ctx context.Context, tx pgx.Tx, h *handover, x *accepting) (err error) {
	b := &pgx.Batch{}
	if x.accepted, err = s.mirror.Propose(ctx, tx, b, x.proposal); err != nil {
		return err
	}
	r, err := x.request(x.accepted)
	if err != nil {
		return err
	}
	return s.insert(ctx, tx, b, h, []Request{r}, []mirror.Accepted{x.accepted})
}

// acceptTogether accepts several writes in one transaction and says which. Whoever has gone is left out; what somebody else
// holds or what is refused, and all of them if anything goes wrong, is left to be accepted, or refused, by itself.
func (s *Store) acceptTogether(ctx context.Context, all []*accepting) ([]bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), acceptPeriod)
	defer cancel()
	which := make([]bool, len(all))
	here := slices.DeleteFunc(slices.Clone(all), func(x *accepting) bool { return x.ctx.Err() != nil })
	if len(here) == 0 {
		return which, nil
	}
	handed, err := s.handing(false, func(f func(pgx.Tx) error) error { return pg.InTxOfMany(ctx, here[0].db, f) },
		func(tx pgx.Tx, h *handover) error { return s.acceptFree(ctx, tx, h, here) })
	if err != nil {
		for _, x := range here {
			x.unsure = x.accepted.Entity != nil
		}
		return which, err
	}
	for i, x := range all {
		if which[i] = x.accepted.Entity != nil; which[i] && !handed.has(x.proposal.Job) {
			s.Wake(x.proposal.Connection, x.accepted.Lane)
		}
	}
	return which, nil
}

func (s *Store) acceptFree(ctx context.Context, tx pgx.Tx, h *handover, all []*accepting) error {
	proposals, b := make([]mirror.Proposal, len(all)), &pgx.Batch{}
	for i, x := range all {
		proposals[i] = x.proposal
	}
	accepted, err := s.mirror.ProposeFree(ctx, tx, b, proposals)
	if err != nil {
		return err
	}
	var requests []Request
	var of []mirror.Accepted
	for i, x := range all {
		if x.accepted = accepted[i]; x.accepted.Entity == nil {
			continue
		}
		r, err := x.request(x.accepted)
		if err != nil {
			return err
		}
		requests, of = append(requests, r), append(of, x.accepted)
	}
	if len(requests) == 0 {
		return nil
	}
	return s.insert(ctx, tx, b, h, requests, of)
}

// insert adds the jobs, those among them claimed that may run at once and for which there is a place.
func (s *Store) insert(ctx context.Context, tx pgx.Tx, b *pgx.Batch, h *handover, requests []Request, of []mirror.Accepted) error {
	if err := s.invite(ctx, tx, b, h, requests, of); err != nil {
		return err
	}
	if err := s.enqueue(b, h.claims(), requests...); err != nil {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}
