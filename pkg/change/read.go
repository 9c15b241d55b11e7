package change

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Page is what became visible after a place, and where to go on.
type Page struct {
	Changes []Change
	Next    Position
	More    bool // the page is full: read on at once
}

// Now is the place from which a reader learns of every change that is not visible yet, and perhaps of a few that are.
func Now(ctx context.Context, q pg.Querier) (Position, error) {
	var p Position
	if err := q.QueryRow(ctx, `select pg_snapshot_xmin(pg_current_snapshot())`).Scan(&p.XID); err != nil {
		return Position{}, fmt.Errorf("find the end of the changes: %w", err)
	}
	return p, nil
}

// read is one statement, so that the floor, the oldest transaction still running and the changes are of one snapshot.
const read = `
select f.xid, f.seq, pg_snapshot_xmin(pg_current_snapshot()), c.xid, c.seq, c.uid, c.version, c.changed_at
from (select 1) as always left join change_floor f on true left join lateral (
	select xid, seq, uid, version, changed_at from change
	where connection = $1 and kind = $2 and (xid, seq) > ($3::xid8, $4::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
	order by xid, seq limit $5) c on true
order by c.xid, c.seq`

// Read reads up to limit changes of one kind of one connection after a place. fault.Invalid with reason RESYNC:
// changes after that place are no longer kept, or the place is of another database.
func Read(ctx context.Context, q pg.Querier, connection, kind string, after Position, limit int) (Page, error) {
	rows, err := q.Query(ctx, read, connection, kind, after.XID, after.Seq, limit)
	if err != nil {
		return Page{}, fmt.Errorf("read changes: %w", err)
	}
	var floor, end Position
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Change, err error) {
		floor, end, c, err = scan(row)
		return c, err
	})
	switch {
	case err != nil:
		return Page{}, fmt.Errorf("read changes: %w", err)
	case after.before(floor) || end.before(after):
		return Page{}, resync()
	}
	return paged(found, end, limit), nil
}

// batch is what one look found of all kinds and connections.
type batch struct {
	changes    []told
	floor, end Position
}

// told is a change, with what its subscribers are told besides.
type told struct {
	Change
	connection, kind, name, successor string
}

// missing reports whether changes after a place are no longer kept, or the place is of another database.
func (b batch) missing(after Position) bool { return after.before(b.floor) || b.end.before(after) }

// all is read for every kind and connection, in one snapshot too.
const all = `
select coalesce(f.xid, '0'), coalesce(f.seq, 0), pg_snapshot_xmin(pg_current_snapshot()), c.*
from (select 1) as always left join change_floor f on true left join lateral (
	select xid, seq, uid, version, changed_at, connection, kind, name, successor from change
	where (xid, seq) > ($1::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
	order by xid, seq limit $3) c on true
order by c.xid, c.seq`

func readAll(ctx context.Context, q pg.Querier, after Position, limit int) (b batch, err error) {
	rows, err := q.Query(ctx, all, after.XID, after.Seq, limit)
	if err != nil {
		return b, fmt.Errorf("read changes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var xid *uint64
		var seq, version *int64
		var uid *uuid.UUID
		var at *time.Time
		var connection, kind, name, successor *string
		err := rows.Scan(&b.floor.XID, &b.floor.Seq, &b.end.XID, &xid, &seq, &uid, &version, &at, &connection, &kind, &name, &successor)
		if err != nil {
			return b, fmt.Errorf("scan a change: %w", err)
		}
		if xid != nil {
			b.changes = append(b.changes, told{
				Change:     Change{Position: Position{XID: *xid, Seq: *seq}, UID: *uid, Version: *version, At: *at},
				connection: *connection, kind: *kind, name: *name, successor: *successor,
			})
		}
	}
	if err := rows.Err(); err != nil {
		return b, fmt.Errorf("read changes: %w", err)
	}
	return b, nil
}

func scan(row pgx.CollectableRow) (floor, end Position, c Change, err error) {
	var floorXID, xid *uint64
	var floorSeq, seq, version *int64
	var uid *uuid.UUID
	var at *time.Time
	err = row.Scan(&floorXID, &floorSeq, &end.XID, &xid, &seq, &uid, &version, &at)
	floor = Position{XID: deref(floorXID), Seq: deref(floorSeq)}
	c = Change{Position: Position{XID: deref(xid), Seq: deref(seq)}, UID: deref(uid), Version: deref(version), At: deref(at)}
	return floor, end, c, err
}

// paged is the page of what was found: one row without a change if there was none. A page that is not full was read to
// the end, so its reader goes on from there: a quiet connection's token does not grow old.
func paged(found []Change, end Position, limit int) Page {
	if len(found) == 1 && found[0].UID == (uuid.UUID{}) {
		return Page{Next: end}
	}
	if len(found) < limit {
		return Page{Changes: found, Next: end}
	}
	return Page{Changes: found, Next: found[len(found)-1].Position, More: true}
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
