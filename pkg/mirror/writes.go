package mirror

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Effect is what an operation does to its entity.
type Effect int16

// The effects.
const (
	Patches Effect = iota
	Creates
	Deletes
	Restores // what was deleted is there again
)

const selectWrites = `
select id, uid, operation, effect, patch, paths, created_at, coalesce(settled, 0), settled_at, seq from job where connection = $1 and `

// foldedWrites are those folded over the entities with these uids, in lane order. Each entity's are looked up by themselves, whatever
// Postgres believes of how many there are.
func foldedWrites(uids string) string {
	return `select id, uid, operation, effect, patch, paths, created_at, settled, settled_at, seq
from (select distinct u from unnest(` + uids + `) u) e (of_uid) cross join lateral (
	select id, uid, operation, effect, patch, paths, created_at, coalesce(settled, 0) as settled, settled_at, seq
	from job where connection = $1 and uid = of_uid and folded order by seq limit all) w order by seq`
}

// loadWrites gives each entity the writes that are folded over it, in lane order.
func (t *Table) loadWrites(ctx context.Context, q pg.Querier, connection string, entities []*Entity) error {
	byUID := make(map[uuid.UUID]*Entity, len(entities))
	uids := make([]uuid.UUID, 0, len(entities))
	for _, e := range entities {
		byUID[e.UID] = e
		uids = append(uids, e.UID)
	}
	rows, err := q.Query(ctx, foldedWrites("$2::uuid[]"), connection, uids)
	if err != nil {
		return fmt.Errorf("load pending writes: %w", err)
	}
	return t.foldWrites(rows, byUID)
}

func (t *Table) foldWrites(rows pgx.Rows, byUID map[uuid.UUID]*Entity) error {
	defer rows.Close()
	for rows.Next() {
		uid, w, err := t.scanWrite(rows)
		if err != nil {
			return err
		}
		if e := byUID[uid]; e != nil {
			e.Writes = append(e.Writes, w)
		}
	}
	return rows.Err()
}

func (t *Table) scanWrite(rows pgx.Rows) (uuid.UUID, PendingWrite, error) {
	var (
		w         PendingWrite
		uid       uuid.UUID
		effect    Effect
		patch     []byte
		settledAt *time.Time
	)
	err := rows.Scan(&w.ID, &uid, &w.Operation, &effect, &patch, &w.Paths, &w.AcceptedAt, &w.Settled.Seq, &settledAt, &w.seq)
	if err != nil {
		return uid, w, fmt.Errorf("scan a pending write: %w", err)
	}
	w.Creates, w.Deletes, w.Restores = effect == Creates, effect == Deletes, effect == Restores
	w.Settled.At = deref(settledAt)
	if w.Patch, err = t.Decode(patch); err != nil {
		return uid, w, fmt.Errorf("decode the patch of job %s: %w", w.ID, err)
	}
	return uid, w, nil
}

// unfold takes off writes whose effect has been seen; those that were settled are done with it.
const unfold = `
update job set folded = false, state = case when state = 3 then 4 else state end,
	ended_at = case when state = 3 then coalesce(ended_at, now()) else ended_at end
where id = any($1::uuid[])`

// newID is a UUIDv7: ids sort by time, and pages of jobs and entities with them.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
