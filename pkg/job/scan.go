package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// reapWrites queues the writes whose worker never reported: their claim counts as sent.
//
//nolint:gosec // G101 takes a statement for a credential
const reapWrites = `
with lost as (
	select id, opened_at from job where state = 2 and class = 0 and lease_until < clock_timestamp() limit 500 for update skip locked),
told as (
	insert into attempt (job, number, action, started_at, outcome, message)
	select id, 1 + coalesce((select max(number) from attempt a where a.job = id), 0), 'attempt', opened_at, 'lost', 'its worker never reported'
	from lost)
update job j set state = 1, runnable_at = clock_timestamp(), lease_until = null, unsure_at = greatest(j.unsure_at, j.deadline), absent_at = null
from lost where j.id = lost.id returning j.connection, j.lane`

// reapFetches does so for fetches; one beside which a newer one is queued joins it.
const reapFetches = `
with lost as (
	select id, connection, kind, vendor_id, again_at from job
	where state = 2 and class = 1 and lease_until < clock_timestamp() limit 500 for update skip locked),
gone as (
	delete from job j using lost where j.id = lost.id and exists (
		select 1 from job q where q.connection = lost.connection and q.kind = lost.kind and q.vendor_id = lost.vendor_id
		and q.class = 1 and q.state in (0, 1)) returning j.id),
joined as (
	update job q set again_at = greatest(q.again_at, lost.again_at), runnable_at = least(q.runnable_at, clock_timestamp()) from lost
	where q.connection = lost.connection and q.kind = lost.kind and q.vendor_id = lost.vendor_id and q.class = 1 and q.state in (0, 1))
update job j set state = 1, runnable_at = clock_timestamp(), lease_until = null
from lost where j.id = lost.id and j.id not in (select id from gone) returning j.connection, j.lane`

// advance makes runnable the head of each lane that has nobody at work and waits for nothing: its predecessor is gone. It looks
// at those between two places, the second of which may be missing. What somebody is looking at is left to the next scan.
const advance = `
update job j set state = 1, runnable_at = greatest(j.runnable_at, lane_held(j.connection, j.lane)) from (
	select id, lane from job w where w.state = 0 and w.blocked = 0 and (w.connection, w.lane, w.seq) > ($1, $2, $3)
		and ($6::bigint is null or (w.connection, w.lane, w.seq) <= ($4, $5, $6)) and not exists (
		select from job o where o.connection = w.connection and o.lane = w.lane and o.state < 3 and o.id <> w.id
		and (o.state in (1, 2) or o.seq < w.seq))
	for update of w skip locked) head
where j.id = head.id and j.lane = head.lane and j.state = 0 and j.blocked = 0 returning j.connection, j.lane`

// place is one among the jobs that have not ended, lane by lane.
type place struct {
	Connection, Lane string
	Seq              *int64 // nil: behind all of them
}

// glance bounds how many of them one scan looks at. The next one reads on from there.
const glance = 5000

const furthest = `
select connection, lane, seq from job where state < 3 and (connection, lane, seq) > ($1, $2, coalesce($3::bigint, 0))
order by connection, lane, seq offset $4 limit 1`

// Scan derives from Postgres alone what has to go on: leases that ran out and lanes whose head is gone. Together with
// every worker's own look at what is due, it makes JetStream's loss of everything cost only time.
func (s *Store) Scan(ctx context.Context) error {
	errs := []error{s.letGo(ctx), s.release(ctx), s.seekOrphans(ctx)} // what one of them cannot do keeps no other from its part
	return errors.Join(append(errs, s.goOn(ctx, reapWrites), s.goOn(ctx, reapFetches), s.advance(ctx))...)
}

// advance sets going what waits for nothing, among the next of those that have not ended.
func (s *Store) advance(ctx context.Context) error {
	s.mu.Lock()
	from := s.advanced
	s.mu.Unlock()
	var to place
	err := s.db.QueryRow(ctx, furthest, from.Connection, from.Lane, from.Seq, s.glance-1).Scan(&to.Connection, &to.Lane, &to.Seq)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("scan jobs: %w", err)
	}
	s.mu.Lock()
	s.advanced = to
	s.mu.Unlock()
	return s.goOn(ctx, advance, from.Connection, from.Lane, deref(from.Seq), to.Connection, to.Lane, to.Seq)
}

// goOn wakes the lanes that a statement of the scan has set going.
func (s *Store) goOn(ctx context.Context, sql string, args ...any) error {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("scan jobs: %w", err)
	}
	var connection, lane string
	_, err = pgx.ForEachRow(rows, []any{&connection, &lane}, func() error { s.Wake(connection, lane); return nil })
	if err != nil {
		return fmt.Errorf("scan jobs: %w", err)
	}
	return nil
}

// seekOrphans buries what waits for a create that will not come about, some portions of it. The next scan reads on from
// there: those that are left where they are hide nobody behind them.
func (s *Store) seekOrphans(ctx context.Context) error {
	s.mu.Lock()
	after := s.sought
	s.mu.Unlock()
	var errs []error
	for range followAtOnce {
		n, last, err := s.buryOrphans(ctx, "", uuid.UUID{}, after)
		errs, after = append(errs, err), last
		if n < followPart {
			after = orphan{}
			break
		}
	}
	s.mu.Lock()
	s.sought = after
	s.mu.Unlock()
	return errors.Join(errs...)
}

// nextDue asks for what due would find, sooner or later.
const nextDue = `
select extract(epoch from min(at) - clock_timestamp())::float8 from (
	(select runnable_at as at from job where connection = $1 and class = 0 and state = 1 and format <= $2 and $3 order by runnable_at limit 1)
	union all
	(select runnable_at from job j where connection = $1 and class = 1 and state = 1 and format <= $2
		and not exists (select 1 from job r where r.connection = j.connection and r.lane = j.lane and r.state = 2)
		order by runnable_at limit 1)) due`

// queueNextDue queues in b a look at how long it is until the next job of a connection may run, writes among them or not; nil:
// none waits.
func queueNextDue(b *pgx.Batch, connection string, writes bool, wait **time.Duration) {
	b.Queue(nextDue, connection, Format, writes).QueryRow(func(row pgx.Row) error {
		var seconds *float64
		err := row.Scan(&seconds)
		if seconds != nil {
			d := time.Duration(*seconds * float64(time.Second))
			*wait = &d
		}
		return err
	})
}
