package job

import (
	"cmp"
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

// promote makes the next write of each lane runnable, unless one is under way, or it waits for what it refers to.
const promote = `
update job set state = 1 where blocked = 0 and id in (
	select distinct on (w.lane) w.id from job w where w.connection = $1 and w.lane = any($2::text[]) and w.state = 0
	and not exists (select 1 from job o where o.connection = $1 and o.lane = w.lane and o.state in (1, 2)) order by w.lane, w.seq)
returning lane`

func (e *endings) add(j *Job, vendorID string, done bool, t try) {
	state := Settled
	if done {
		state = Done
	}
	e.ids, e.states, e.vendorIDs, e.lanes = append(e.ids, j.ID), append(e.states, state), append(e.vendorIDs, vendorID), append(e.lanes, j.Lane)
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
	queuePromotion(b, connection, e.lanes, next)
}

func queuePromotion(b *pgx.Batch, connection string, lanes []string, next func(lane string)) {
	b.Queue(promote, connection, lanes).Query(func(rows pgx.Rows) error {
		var lane string
		_, err := pgx.ForEachRow(rows, []any{&lane}, func() error { next(lane); return nil })
		return err
	})
}
