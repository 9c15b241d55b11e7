package job

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// endings are accepted writes of one connection, about to be written as such: a statement for each table, however many
// they are.
type endings struct {
	ids               []uuid.UUID
	states            []State
	vendorIDs         []string // of what was created
	lanes             []string
	holds             []*time.Time // when the lane may go on; nil: at once
	began             []time.Time
	actions, outcomes []string
	over              []string
}

const finish = `
update job j set state = k.state, folded = k.state = 3, settled = nextval('moment'), settled_at = clock_timestamp(),
	vendor_id = coalesce(nullif(k.vendor_id, ''), j.vendor_id), unsure_at = null, absent_at = null, lease_until = null,
	ended_at = case when k.state = 3 then null else now() end
from unnest($1::uuid[], $2::smallint[], $3::text[]) k (id, state, vendor_id) where j.id = k.id and j.state in (0, 1, 2)`

const tell = `
insert into attempt (job, number, action, started_at, ended_at, outcome, message)
select k.job, 1 + coalesce((select max(number) from attempt a where a.job = k.job), 0), k.action, k.began, clock_timestamp(), k.outcome, k.over
from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[]) k (job, action, began, outcome, over)
on conflict do nothing`

// promote makes the next write of each lane runnable, unless one is under way, or it waits for what it refers to. Its state is
// looked at again when its row is locked: whoever held it may have made it run.
const promote = `
update job set state = 1, runnable_at = greatest(runnable_at, lane_held(connection, lane))
where connection = $1 and lane = any($2::text[]) and state = 0 and blocked = 0 and id in (
	select distinct on (w.lane) w.id from job w where w.connection = $1 and w.lane = any($2::text[]) and w.state = 0
	and not exists (select 1 from job o where o.connection = $1 and o.lane = w.lane and o.state in (1, 2)) order by w.lane, w.seq)
returning lane`

// holdBack: whoever accepts the lane's next write, in this transaction or later, finds until when it has to wait.
const holdBack = `
insert into lane_hold (connection, lane, until)
select $1, k.lane, max(k.until) from unnest($2::text[], $3::timestamptz[]) k (lane, until) where k.until > now() group by k.lane
on conflict (connection, lane) do update set until = greatest(lane_hold.until, excluded.until)`

// straggle is how long after its deadline a request that was given up may still arrive: what lies in buffers on the way is
// delivered within seconds, or never. Where an operation settles sooner, that is enough.
const straggle = 5 * time.Second

// hold is when the lane of a job may go on that ends now: an attempt of it whose answer was lost may still be on its way, and
// must not come after the next write. Nil: at once.
func (s *Store) hold(j *Job, unsure time.Time) *time.Time {
	op := s.ops[j.Operation]
	if unsure.IsZero() || op == nil {
		return nil
	}
	until := unsure.Add(min(op.Settling, straggle))
	return &until
}

func (e *endings) add(j *Job, vendorID string, done bool, t try, hold *time.Time) {
	state := Settled
	if done {
		state = Done
	}
	e.ids, e.states, e.vendorIDs, e.lanes = append(e.ids, j.ID), append(e.states, state), append(e.vendorIDs, vendorID), append(e.lanes, j.Lane)
	e.holds = append(e.holds, hold)
	e.began, e.actions = append(e.began, t.began), append(e.actions, t.action)
	e.outcomes = append(e.outcomes, cmp.Or(t.outcome, "done")) // a probe has found
	e.over = append(e.over, clip(t.over))
}

// queue queues the writing of them; next is told of each lane that goes on.
func (e *endings) queue(b *pgx.Batch, connection string, next func(lane string)) {
	if len(e.ids) == 0 {
		return
	}
	b.Queue(finish, e.ids, e.states, e.vendorIDs)
	b.Queue(tell, e.ids, e.actions, e.began, e.outcomes, e.over)
	queuePromotion(b, connection, e.lanes, e.holds, next)
}

func queuePromotion(b *pgx.Batch, connection string, lanes []string, holds []*time.Time, next func(lane string)) {
	if slices.ContainsFunc(holds, func(t *time.Time) bool { return t != nil }) {
		b.Queue(holdBack, connection, lanes, holds)
	}
	b.Queue(promote, connection, lanes).Query(func(rows pgx.Rows) error {
		var lane string
		_, err := pgx.ForEachRow(rows, []any{&lane}, func() error { next(lane); return nil })
		return err
	})
}
