package job

import (
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// handover is what a transaction that accepts writes claims of them, as far as they may run at once and the worker of this process has
// room. They start when it is committed, which spares a commit between the caller's answer and the vendor's call. Whatever it does not
// take goes the usual way.
type handover struct {
	alone bool   // it asks for no room
	room  *room  // nil: none was asked for, or there is none
	jobs  []*Job // that are to be claimed
}

// handing accepts writes in a transaction, in which some may be claimed, and starts those after the commit. Alone, none is: where an
// earlier try of the same may still hold what this one has to wait for.
func (s *Store) handing(alone bool, inTx func(func(pgx.Tx) error) error, accept func(pgx.Tx, *handover) error) (h *handover, err error) {
	h, err = &handover{alone: alone}, errors.New("it panicked")
	defer func() { s.begin(h, err) }() // whatever happens, or the places were lost
	err = inTx(func(tx pgx.Tx) error {
		h.drop() // what a try took that Postgres broke off
		return accept(tx, h)
	})
	return h, err
}

// begin starts what was claimed, once the transaction that claimed it has ended with err; after an error nothing, but perhaps it was
// committed all the same.
func (s *Store) begin(h *handover, err error) {
	if h.room == nil {
		return
	}
	claimed := slices.DeleteFunc(slices.Clone(h.jobs), func(j *Job) bool { return j.Opened.Seq == 0 }) // their lanes were not free
	if err != nil {
		if pg.InDoubt(err) {
			s.unbegun.add(claimed, h.room.claims.Lease)
		}
		h.drop()
		return
	}
	for _, j := range claimed {
		j.unreadable = s.decode(j)
	}
	h.room.start(claimed)
}

// drop gives the places back.
func (h *handover) drop() {
	if h.room != nil {
		h.room.start(nil)
	}
	h.room, h.jobs = nil, nil
}

// claims is how its jobs are claimed.
func (h *handover) claims() (c Claims) {
	if h.room != nil {
		c = h.room.claims
	}
	return c
}

// has reports whether the job has been claimed.
func (h *handover) has(id uuid.UUID) bool {
	return slices.ContainsFunc(h.jobs, func(j *Job) bool { return j.ID == id && j.Opened.Seq != 0 })
}

// invite asks the gate for those of the requests that may run at once, as far as there is room, and notes in them that they are to be
// claimed as they are inserted. Their rows are locked by now, and while somebody else asks the gate they go the usual way: places wait
// for nothing but the insert and the commit.
func (s *Store) invite(ctx context.Context, tx pgx.Tx, b *pgx.Batch, h *handover, requests []Request, accepted []mirror.Accepted) error {
	if h.alone {
		return nil
	}
	var which []int
	for i := range requests {
		if s.ready(requests[i], accepted[i]) {
			which = append(which, i)
		}
	}
	if h.room = s.room(requests[0].Connection, len(which)); h.room == nil {
		return nil
	}
	which = which[:min(len(which), h.room.places)]
	asks := make([]gate.Ask, len(which))
	for n, i := range which {
		asks[n] = gate.Ask{Name: requests[i].BudgetKey, Class: budget.Write, Calls: 1}
	}
	keys, err := s.gate.TryLock(ctx, tx, requests[0].Connection, gate.Names(asks)...)
	if err != nil {
		return err
	}
	if keys == nil {
		h.drop()
		return nil
	}
	grants := keys.Grant(asks...)
	keys.Save(b)
	for n, i := range which {
		if grants[n].Calls > 0 {
			requests[i].claimed = requests[i].job(accepted[i].Entity)
			h.jobs = append(h.jobs, requests[i].claimed)
		}
	}
	return nil
}

// ready reports whether nothing is known that an accepted write would have to wait for. The insert looks at its lane.
func (s *Store) ready(r Request, a mirror.Accepted) bool {
	if s.ops[r.Operation] == nil || s.mirror.Table(r.Kind).Parent != "" || len(r.After) > 0 {
		return false
	}
	unsettled := 0
	for _, w := range a.Entity.Writes {
		if w.Settled.Seq == 0 {
			unsettled++
		}
	}
	return unsettled == 1
}

// job is what a claim of the request would read, whose entity is e.
func (r Request) job(e *mirror.Entity) *Job {
	return &Job{
		ID: r.ID, Connection: r.Connection, Kind: r.Kind, UID: r.UID, VendorID: e.VendorID, Lane: r.Lane, BudgetKey: r.BudgetKey,
		Class: budget.Write, Operation: r.Operation, Effect: r.Effect, patch: r.Patch, Paths: r.Paths, base: r.Base, confirmed: r.BaseConfirmed,
		Guarded: r.Guarded, Caller: r.Caller, Trace: r.Trace, Attempts: 1, entity: e,
		steps: map[string]string{},
	}
}
