package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

const jobColumns = `id, connection, kind, uid, vendor_id, lane, budget_key, class, operation, effect, patch, paths, base,
	base_confirmed, arguments, guarded, replayed, caller, traceparent, created_at, again_at, attempts, failures,
	extract(epoch from waited)::float8, unsure_at, absent_at, turn, refers, steps`

// due picks what may run, writes first. Rows that somebody else is looking at are passed over, so that nobody waits.
// Of an entity one fetch runs at a time.
const due = `
select ` + jobColumns + ` from job j
where connection = $1 and class = $2 and state = 1 and runnable_at <= now() and format <= $3 and budget_key <> all($5::text[])
	and ($2 = 0 or not exists (select 1 from job r where r.connection = j.connection and r.lane = j.lane and r.state = 2))
order by runnable_at, seq limit $4 for update of j skip locked`

const claim = `
with m as (select nextval('moment') as seq, clock_timestamp() as at)
update job set state = 2, lease = m.seq, opened = m.seq, opened_at = m.at, attempts = attempts + 1, claimed_by = $2,
	deadline = m.at + $3::interval, lease_until = m.at + $4::interval
from m where id = any($1::uuid[]) returning m.seq, m.at, deadline`

// Claims is how jobs are claimed.
type Claims struct {
	Replica string        // who claims, for people
	Attempt time.Duration // an attempt's deadline, from the claim
	Lease   time.Duration // longer than Attempt: nobody else claims the job before
}

// Taken is what a claim got.
type Taken struct {
	Jobs []*Job
	Held time.Duration  // when to ask the gate again; zero: it holds nothing back
	Next *time.Duration // until another job may run, where there was room for it; nil: none waits
}

// Claim takes up to total of one connection's jobs that may run now, writes first and at most writes of them, as far as
// the gate lets them.
func (s *Store) Claim(ctx context.Context, connection string, writes, total int, c Claims) (got Taken, err error) {
	err = pg.InTxOfFirst(ctx, s.db, func(tx pgx.Tx) (err error) {
		b := &pgx.Batch{}
		if got.Jobs, got.Held, err = s.pick(ctx, tx, b, connection, writes, total); err != nil {
			return err
		}
		s.take(b, got.Jobs, c)
		if got.Next = nil; len(got.Jobs) < total && got.Held == 0 {
			queueNextDue(b, connection, writes > 0, &got.Next)
		}
		return tx.SendBatch(ctx, b).Close() // also if none was granted: who asked in vain is served next
	})
	if err != nil {
		return Taken{}, fmt.Errorf("claim jobs of %s: %w", connection, err)
	}
	for _, j := range got.Jobs {
		j.unreadable = s.decode(j)
	}
	return got, nil
}

// passes bounds how often a claim looks past the jobs of keys that are shut.
const passes = 4

// pick finds what is due and what of it the gate lets pass, and queues in b what that costs. Where it lets nothing pass, the
// jobs of those keys are not in the way of other keys' jobs.
func (s *Store) pick(ctx context.Context, tx pgx.Tx, b *pgx.Batch, connection string, writes, total int) (granted []*Job, wait time.Duration, err error) {
	shut := []string{}
	for range passes {
		found, err := s.due(ctx, tx, connection, shut, writes, total)
		if err != nil || len(found) == 0 {
			return nil, wait, err
		}
		some, held, err := s.admit(ctx, tx, b, connection, found)
		if held > 0 && (wait == 0 || held < wait) {
			wait = held
		}
		if err != nil || len(some) > 0 {
			return some, wait, err
		}
		for _, j := range found {
			shut = append(shut, j.BudgetKey)
		}
	}
	return nil, wait, nil
}

// due locks what may run, writes first, in one round trip, apart from that of the keys in shut. Fetches beyond total are locked
// for nothing until the claim ends, which is sooner than asking twice.
func (s *Store) due(ctx context.Context, tx pgx.Tx, connection string, shut []string, writes, total int) ([]*Job, error) {
	var found []*Job
	b := &pgx.Batch{}
	for _, x := range []struct {
		class budget.Class
		limit int
	}{{budget.Write, writes}, {budget.Fetch, total}} {
		b.Queue(due, connection, x.class, Format, x.limit, shut).Query(func(rows pgx.Rows) error {
			of, err := pgx.CollectRows(rows, scanJob)
			found = append(found, of...)
			return err
		})
	}
	err := tx.SendBatch(ctx, b).Close()
	return found[:min(total, len(found))], err
}

// admit asks the gate for each job's calls, in order, keeps the jobs that got them, and queues in b what that costs.
func (s *Store) admit(ctx context.Context, tx pgx.Tx, b *pgx.Batch, connection string, found []*Job) (granted []*Job, wait time.Duration, err error) {
	asks := make([]gate.Ask, len(found))
	for i, j := range found {
		asks[i] = gate.Ask{Name: j.BudgetKey, Class: j.Class, Calls: 1}
	}
	keys, err := s.gate.Lock(ctx, tx, connection, gate.Names(asks)...)
	if err != nil {
		return nil, 0, err
	}
	grants := keys.Grant(asks...)
	keys.Save(b)
	for i, g := range grants {
		switch {
		case g.Calls > 0:
			granted = append(granted, found[i])
		case wait == 0 || g.Wait < wait:
			wait = g.Wait
		}
	}
	return granted, wait, nil
}

// take queues what gives the jobs their lease and opening moment, and a look at their entities as they now stand: each starts
// at once.
func (s *Store) take(b *pgx.Batch, jobs []*Job, c Claims) {
	if len(jobs) == 0 {
		return
	}
	ids := make([]uuid.UUID, len(jobs))
	for i, j := range jobs {
		ids[i] = j.ID
	}
	b.Queue(claim, ids, c.Replica, c.Attempt, c.Lease).Query(func(rows pgx.Rows) error {
		var first Job
		_, err := pgx.ForEachRow(rows, []any{&first.Opened.Seq, &first.Opened.At, &first.Deadline}, func() error { return nil })
		for _, j := range jobs {
			j.Opened, j.Deadline, j.Attempts = first.Opened, first.Deadline, j.Attempts+1
		}
		return err
	})
	s.peek(b, jobs)
}

// peek queues a look at the entities of writes.
func (s *Store) peek(b *pgx.Batch, jobs []*Job) {
	kinds, byUID := map[string][]uuid.UUID{}, map[uuid.UUID]*Job{}
	for _, j := range jobs {
		if j.Class == budget.Write && s.mirror.Table(j.Kind) != nil {
			kinds[j.Kind], byUID[j.UID] = append(kinds[j.Kind], j.UID), j
		}
	}
	for kind, uids := range kinds {
		s.mirror.PeekAll(b, s.mirror.Table(kind), jobs[0].Connection, uids, func(e *mirror.Entity, parent mirror.Parent) {
			j := byUID[e.UID]
			j.entity, j.ParentID, j.parentDead = e, parent.VendorID, parent.Dead
		})
	}
}

func scanJob(row pgx.CollectableRow) (*Job, error) {
	var j Job
	var uid *uuid.UUID
	var vendorID *string
	var again, unsure, absent *time.Time
	var waited float64
	err := row.Scan(&j.ID, &j.Connection, &j.Kind, &uid, &vendorID, &j.Lane, &j.BudgetKey, &j.Class, &j.Operation, &j.Effect,
		&j.patch, &j.Paths, &j.base, &j.confirmed, &j.arguments, &j.Guarded, &j.Replayed, &j.Caller, &j.Trace, &j.CreatedAt,
		&again, &j.Attempts, &j.Failures, &waited, &unsure, &absent, &j.Turn, &j.refers, &j.steps)
	j.UID, j.VendorID, j.AgainAt = deref(uid), deref(vendorID), deref(again)
	j.UnsureAt, j.AbsentAt = deref(unsure), deref(absent)
	j.Waited = time.Duration(waited * float64(time.Second))
	return &j, err
}

// decode gives a job its messages.
func (s *Store) decode(j *Job) error {
	t := s.mirror.Table(j.Kind)
	if t == nil {
		return fmt.Errorf("no kind %s", j.Kind)
	}
	for _, x := range []struct {
		into *mirror.Message
		from []byte
	}{{&j.Patch, j.patch}, {&j.Base, j.base}, {&j.Confirmed, j.confirmed}} {
		m, err := t.Decode(x.from)
		if err != nil {
			return fmt.Errorf("decode a %s: %w", j.Kind, err)
		}
		*x.into = m
	}
	if err := json.Unmarshal(j.arguments, &j.Arguments); err != nil {
		return fmt.Errorf("decode arguments: %w", err)
	}
	return nil
}
