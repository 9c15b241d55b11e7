package job

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// insertJobs: each is of a lane of its own. Those that are to be claimed are, if nothing of their lane is in their way: as claim would.
const insertJobs = `
with m as (select case when true = any($22::boolean[]) then nextval('moment') end as seq, clock_timestamp() as at)
insert into job (id, format, connection, kind, uid, lane, class, budget_key, operation, effect, patch, paths, base, base_confirmed,
	arguments, guarded, caller, request_id, request_digest, traceparent, folded, refers, blocked, runnable_at, state,
	lease, opened, opened_at, attempts, claimed_by, deadline, lease_until)
select k.id, $1, k.connection, k.kind, k.uid, k.lane, 0, k.budget_key, k.operation, k.effect, k.patch, k.paths::text[], k.base,
	k.base_confirmed, k.arguments, k.guarded, k.caller, k.request_id, k.request_digest, k.traceparent, true, k.refers, k.blocked,
	greatest(now(), h.until), is_now.state, coalesce(c.seq, 0), coalesce(c.seq, 0), c.at, case when c.seq is null then 0 else 1 end,
	case when c.seq is null then '' else $23 end, c.at + $24::interval, c.at + $25::interval
from unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::smallint[], $10::bytea[], $11::text[],
	$12::bytea[], $13::bytea[], $14::jsonb[], $15::boolean[], $16::text[], $17::uuid[], $18::bytea[], $19::text[], $20::smallint[], $21::smallint[], $22::boolean[])
	k (id, connection, kind, uid, lane, budget_key, operation, effect, patch, paths, base, base_confirmed, arguments, guarded, caller,
	request_id, request_digest, traceparent, refers, blocked, claimed)
left join lane_hold h on h.connection = k.connection and h.lane = k.lane
left join lateral (select true as there from job w where w.connection = k.connection and w.lane = k.lane and w.state < 3 limit 1) ahead on true
cross join lateral (select case when k.blocked > 0 or ahead.there then 0 when k.claimed and h.until is null then 2 else 1 end as state) is_now
left join m c on is_now.state = 2
returning id, created_at, lease, opened_at, deadline`

// rows are jobs about to be inserted, a column each.
type rows struct {
	ids, uids                                                                      []uuid.UUID
	connections, kinds, lanes, keys, operations, paths, callers, arguments, traces []string
	effects                                                                        []mirror.Effect
	patches, bases, confirmed, digests                                             [][]byte
	guarded                                                                        []bool
	requests                                                                       []*uuid.UUID
	refers, blocked                                                                []int16
	claimed                                                                        []bool
}

// enqueue queues in b the insert of the jobs of accepted writes, each of another entity, beside what folds them: they exist
// together or not at all. The entities' rows are locked by that transaction, so nobody else looks at the lanes meanwhile.
// Call Wake after the commit.
func (s *Store) enqueue(b *pgx.Batch, c Claims, all ...Request) error {
	var j rows
	claimed := map[uuid.UUID]*Job{}
	for _, r := range all {
		if err := j.add(r); err != nil {
			return err
		}
		if r.claimed != nil {
			r.claimed.arguments, claimed[r.ID] = []byte(j.arguments[len(j.arguments)-1]), r.claimed
		}
	}
	q := b.Queue(insertJobs, Format, j.ids, j.connections, j.kinds, j.uids, j.lanes, j.keys, j.operations, j.effects, j.patches, j.paths,
		j.bases, j.confirmed, j.arguments, j.guarded, j.callers, j.requests, j.digests, j.traces, j.refers, j.blocked,
		j.claimed, c.Replica, c.Attempt, c.Lease)
	if len(claimed) > 0 {
		q.Query(func(rows pgx.Rows) error { return started(rows, claimed) })
	}
	for _, r := range all {
		queueReferences(b, r.Connection, r.ID, r.After)
	}
	return nil
}

// started notes in the jobs that were inserted as claimed with which lease they are.
func started(rows pgx.Rows, claimed map[uuid.UUID]*Job) error {
	var id uuid.UUID
	var created time.Time
	var lease int64
	var opened, deadline *time.Time
	_, err := pgx.ForEachRow(rows, []any{&id, &created, &lease, &opened, &deadline}, func() error {
		if j := claimed[id]; j != nil && lease != 0 {
			j.CreatedAt, j.Opened, j.Deadline = created, mirror.Moment{Seq: lease, At: *opened}, *deadline
		}
		return nil
	})
	return err
}

func (j *rows) add(r Request) error {
	arguments := []byte("{}")
	if r.Arguments != nil {
		var err error
		if arguments, err = json.Marshal(r.Arguments); err != nil {
			return fmt.Errorf("encode arguments: %w", err)
		}
	}
	var request *uuid.UUID
	if r.RequestID != (uuid.UUID{}) {
		request = &r.RequestID
	}
	j.ids, j.uids, j.requests = append(j.ids, r.ID), append(j.uids, r.UID), append(j.requests, request)
	j.connections, j.kinds, j.lanes = append(j.connections, r.Connection), append(j.kinds, r.Kind), append(j.lanes, r.Lane)
	j.keys, j.operations, j.effects = append(j.keys, r.BudgetKey), append(j.operations, r.Operation), append(j.effects, r.Effect)
	j.patches, j.paths = append(j.patches, r.Patch), append(j.paths, literal(r.Paths))
	j.bases, j.confirmed = append(j.bases, r.Base), append(j.confirmed, r.BaseConfirmed)
	j.arguments, j.guarded, j.callers = append(j.arguments, string(arguments)), append(j.guarded, r.Guarded), append(j.callers, r.Caller)
	j.digests, j.traces = append(j.digests, r.RequestDigest), append(j.traces, r.Trace)
	j.claimed = append(j.claimed, r.claimed != nil)
	j.refers, j.blocked = append(j.refers, int16(len(r.After))), append(j.blocked, blocked(r.After)) //nolint:gosec // at most MaxReferences
	return nil
}

// literal is what Postgres reads as an array of these: an array of arrays has to be a rectangle.
func literal(all []string) string {
	quoted := make([]string, len(all))
	for i, x := range all {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(x) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}
