package job

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// room is places of a worker in this process for writes that are about to be accepted. Those of them that may run at once are claimed
// by the transaction that accepts them, which spares a commit between the caller's answer and the vendor's call, and start when it is
// committed. Whatever it does not take goes the usual way.
type room struct {
	places int
	claims Claims
	start  func([]*Job) // what was claimed; called once, and gives back the places that are left

	jobs []*Job // that the transaction would claim
}

// host is a worker that may have room.
type host interface {
	room(connection string, most int) *room // nil: none
}

// room is what the worker of this process, if there is one, has for up to most writes; never nil.
func (s *Store) room(connection string, most int) *room {
	if h := s.host.Load(); h != nil {
		if r := (*h).room(connection, most); r != nil {
			return r
		}
	}
	return &room{start: func([]*Job) {}}
}

// handing accepts writes of one connection in a transaction, in which some may be claimed, and starts those after the commit.
func (s *Store) handing(inTx func(func(pgx.Tx) error) error, accept func(pgx.Tx, *room) error, all ...*accepting) (r *room, err error) {
	r, err = s.room(all[0].proposal.Connection, len(all)), errors.New("it panicked")
	defer func() { s.begin(r, err, all) }() // whatever happens, or the places were lost
	err = inTx(func(tx pgx.Tx) error {
		r.jobs = nil // of an attempt that Postgres broke off
		return accept(tx, r)
	})
	return r, err
}

// begin starts what was claimed, once the transaction that claimed it has ended with err; after an error nothing: whoever asks whether
// it was committed lets go of the claim.
func (s *Store) begin(r *room, err error, all []*accepting) {
	claimed := slices.DeleteFunc(slices.Clone(r.jobs), func(j *Job) bool { return j.Opened.Seq == 0 }) // their lanes were not free
	if err == nil {
		for _, j := range claimed {
			j.unreadable = s.decode(j)
		}
		r.start(claimed)
		return
	}
	r.start(nil)
	for _, j := range claimed {
		for _, x := range all {
			if x.proposal.Job == j.ID {
				x.leases = append(x.leases, j.Opened.Seq)
			}
		}
	}
}

// has reports whether the job has been claimed.
func (r *room) has(id uuid.UUID) bool {
	for _, j := range r.jobs {
		if j.ID == id {
			return j.Opened.Seq != 0
		}
	}
	return false
}

// invite asks the gate for those of the requests that may run at once, as far as there is room, and notes in them that they are to be
// claimed as they are inserted. It waits for nobody: while somebody else asks the gate, they go the usual way.
func (s *Store) invite(ctx context.Context, tx pgx.Tx, b *pgx.Batch, r *room, requests []Request, accepted []mirror.Accepted) error {
	var asks []gate.Ask
	var which []int
	for i := range requests {
		if len(which) < r.places && s.ready(requests[i], accepted[i]) {
			which, asks = append(which, i), append(asks, gate.Ask{Name: requests[i].BudgetKey, Class: budget.Write, Calls: 1})
		}
	}
	if len(asks) == 0 {
		return nil
	}
	keys, err := s.gate.TryLock(ctx, tx, requests[0].Connection, gate.Names(asks)...)
	if err != nil || keys == nil {
		return err
	}
	grants := keys.Grant(asks...)
	keys.Save(b)
	for n, i := range which {
		if grants[n].Calls > 0 {
			requests[i].claimed = requests[i].job(accepted[i].Entity)
			r.jobs = append(r.jobs, requests[i].claimed)
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

// room takes places for writes while nothing that was due was left by the last look: none of them passes one that has waited for longer.
func (w *Worker) room(connection string, most int) *room {
	l := w.lines[connection]
	if l == nil || !l.level.Load() || w.store.gate.Closed(connection) > 0 {
		return nil
	}
	n := l.offer(most)
	if n == 0 {
		return nil
	}
	began := time.Now()
	return &room{places: n, claims: w.claims(), start: func(claimed []*Job) {
		defer l.under.Done()
		l.start(context.Background(), claimed, began)
		l.writing.Add(-int64(n))
		l.release(n - len(claimed))
		if n > len(claimed) && !l.dry.Load() {
			l.wake() // who looked meanwhile may have found no place
		}
	}}
}

// offer takes up to most places for writes, one of them short of all, unless the line is about to end.
func (l *line) offer(most int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.open {
		return 0
	}
	n, _ := l.reserve(min(most, cap(l.slots)-1-int(l.writing.Load())))
	if n > 0 {
		l.writing.Add(int64(n))
		l.under.Add(1)
	}
	return n
}
