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

// limits are those of one look, of its snapshot: the floor, below which transaction changes are read ($1; null: the oldest that is
// still running on the whole server), and beyond which no place is of this database.
const limits = `
from (select coalesce($1::xid8, pg_snapshot_xmin(pg_current_snapshot())), pg_snapshot_xmax(pg_current_snapshot())) l (below, beyond)
left join change_floor f on true `

// stuck is since when a change may be held up before a look at who does it is worth its while.
const stuck = `clock_timestamp() - interval '1 second'`

// read is one statement, so that the limits and the changes are of one snapshot.
const read = `
select f.xid, f.seq, l.below, l.beyond, exists (
	select from change h where connection = $2 and kind = $3 and h.xid >= l.below and (h.xid, h.seq) > ($4::xid8, $5::bigint)
	and changed_at < ` + stuck + `), c.xid, c.seq, c.uid, c.version, c.changed_at
` + limits + `left join lateral (
	select xid, seq, uid, version, changed_at from change
	where connection = $2 and kind = $3 and (xid, seq) > ($4::xid8, $5::bigint) and xid < l.below order by xid, seq limit $6) c on true
order by c.xid, c.seq`

// Read reads up to limit changes of one kind of one connection after a place. fault.Invalid with reason RESYNC:
// changes after that place are no longer kept, or the place is of another database.
func Read(ctx context.Context, q pg.Querier, connection, kind string, after Position, limit int) (Page, error) {
	b, err := look(ctx, q, limit, read, connection, kind, after.XID, after.Seq, limit)
	switch {
	case err != nil:
		return Page{}, err
	case b.missing(after):
		return Page{}, resync()
	}
	p := Page{Next: b.end}
	for _, c := range b.changes {
		p.Changes = append(p.Changes, c.Change)
	}
	switch { // a page that is not full was read to the end, so a quiet connection's token does not grow old
	case len(b.changes) == limit:
		p.Next, p.More = b.changes[limit-1].Position, true
	case p.Next.before(after): // it was read further before
		p.Next = after
	}
	return p, nil
}

// batch is what one look found.
type batch struct {
	changes    []told
	floor, end Position
	beyond     Position
	held       bool // what could be read is held up, and has been for a while
}

// told is a change, with what its subscribers are told besides.
type told struct {
	Change
	connection, kind, name, successor string
}

// missing reports whether changes after a place are no longer kept, or the place is of another database.
func (b batch) missing(after Position) bool { return after.before(b.floor) || b.beyond.before(after) }

// all is read for every kind and connection.
const all = `
select f.xid, f.seq, l.below, l.beyond, exists (
	select from change h where h.xid >= l.below and (h.xid, h.seq) > ($2::xid8, $3::bigint) and changed_at < ` + stuck + `), c.*
` + limits + `left join lateral (
	select xid, seq, uid, version, changed_at, connection, kind, name, successor from change
	where (xid, seq) > ($2::xid8, $3::bigint) and xid < l.below order by xid, seq limit $4) c on true
order by c.xid, c.seq`

func readAll(ctx context.Context, q pg.Querier, after Position, limit int) (batch, error) {
	return look(ctx, q, limit, all, after.XID, after.Seq, limit)
}

// look is one look, and another where something holds up what could be read.
func look(ctx context.Context, q pg.Querier, limit int, sql string, args ...any) (batch, error) {
	b, err := glance(ctx, q, sql, nil, args)
	if err != nil || !b.held || len(b.changes) == limit {
		return b, err
	}
	below, err := reached(ctx, q)
	if err != nil || below <= b.end.XID {
		return b, err
	}
	return glance(ctx, q, sql, &below, args)
}

func glance(ctx context.Context, q pg.Querier, sql string, below *uint64, args []any) (b batch, err error) {
	rows, err := q.Query(ctx, sql, append([]any{below}, args...)...)
	if err != nil {
		return b, fmt.Errorf("read changes: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := b.scan(rows); err != nil {
			return b, fmt.Errorf("scan a change: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return b, fmt.Errorf("read changes: %w", err)
	}
	return b, nil
}

// scan takes in a row: one without a change if there is none. Whose a change is, is read for all of them only.
func (b *batch) scan(rows pgx.Rows) error {
	var floorXID, xid *uint64
	var floorSeq, seq, version *int64
	var uid *uuid.UUID
	var at *time.Time
	var connection, kind, name, successor *string
	into := []any{&floorXID, &floorSeq, &b.end.XID, &b.beyond.XID, &b.held, &xid, &seq, &uid, &version, &at, &connection, &kind, &name, &successor}
	if err := rows.Scan(into[:len(rows.FieldDescriptions())]...); err != nil {
		return err
	}
	b.floor = Position{XID: deref(floorXID), Seq: deref(floorSeq)}
	if xid == nil {
		return nil
	}
	b.changes = append(b.changes, told{
		Change:     Change{Position: Position{XID: *xid, Seq: *seq}, UID: *uid, Version: *version, At: *at},
		connection: deref(connection), kind: deref(kind), name: deref(name), successor: deref(successor),
	})
	return nil
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
