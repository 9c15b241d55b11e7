package mirror

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// merge makes one of two rows, both locked: survivor takes over what hangs on other and its writes, in order of
// acceptance, and what is known of state, which is one of the two. Every name of other leads to survivor from now on.
//
// An other that was shown stays as a tombstone without a vendor id, whose change says what lives on; one that was never
// shown vanishes.
func (s *Store) merge(ctx context.Context, tx pgx.Tx, t *Table, survivor, other, state *Entity) error {
	b := &pgx.Batch{}
	if state == other {
		b.Queue(fmt.Sprintf(`update %[1]s set payload = (select payload from %[1]s where connection = $1 and uid = $3)
			where connection = $1 and uid = $2`, t.Table), survivor.Connection, survivor.UID, other.UID)
	}
	b.Queue(`update job set uid = $3 where connection = $1 and class = 0 and uid = $2`, survivor.Connection, other.UID, survivor.UID)
	b.Queue(`update dead_letter set uid = $3 where job in (select id from job where connection = $1 and class = 0 and uid = $3) and uid = $2`,
		survivor.Connection, other.UID, survivor.UID)
	into := lane(t.Name, survivor.UID)
	b.Queue(joinLane, survivor.Connection, lane(t.Name, other.UID), into)
	b.Queue(joinHold, survivor.Connection, lane(t.Name, other.UID), into)
	b.Queue(heldLane, survivor.Connection, into)
	b.Queue(headLane, survivor.Connection, into)
	s.moveChildren(b, t, survivor, other)
	b.Queue(ReleaseSQL, survivor.Connection, other.UID, state.VendorID) // under the uid that they name: a write may refer to both
	absorbed(b, t.Name, survivor.Connection, survivor.UID, other.UID)
	if other.ghost() { // nobody can have written to it
		b.Queue(fmt.Sprintf(`delete from %s where connection = $1 and uid = $2`, t.Table), other.Connection, other.UID)
	} else if err := t.retire(b, other, t.ResourceName(state.Connection, state.VendorID)); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("merge %s %s into %s: %w", t.Name, other.UID, survivor.UID, err)
	}
	if state == other {
		survivor.inherit(other)
	} else {
		survivor.join(other)
	}
	return nil
}

// moveChildren hangs what hangs on other on survivor. They are locked in the order in which everybody locks them.
func (s *Store) moveChildren(b *pgx.Batch, t *Table, survivor, other *Entity) {
	for _, child := range s.tables {
		if child.Parent != t.Name {
			continue
		}
		b.Queue(fmt.Sprintf(`select from %s where connection = $1 and parent = $2 order by uid for update`, child.Table),
			other.Connection, other.UID)
		b.Queue(fmt.Sprintf(`update %s set parent = $3 where connection = $1 and parent = $2`, child.Table),
			other.Connection, other.UID, survivor.UID)
	}
}

// joinLane moves the writes of a lane to another. If any of them is still to be made, none is runnable any more but
// what is under way.
const joinLane = `
update job set lane = $3, state = case when state = 1 then 0 else state end
where connection = $1 and class = 0 and (lane = $2 or lane = $3 and state = 1
	and exists (select from job o where o.connection = $1 and o.class = 0 and o.lane = $2 and o.state < 3))`

// joinHold: what may still arrive of the one lane holds back the other.
const joinHold = `
insert into lane_hold (connection, lane, until) select connection, $3, until from lane_hold where connection = $1 and lane = $2
on conflict (connection, lane) do update set until = greatest(lane_hold.until, excluded.until)`

// heldLane: it holds back, too, what was runnable in that lane already.
const heldLane = `
update job set runnable_at = greatest(runnable_at, lane_held(connection, lane)) where connection = $1 and class = 0 and lane = $2 and state = 1`

// headLane makes the first of them runnable, in order of acceptance, unless another is under way.
const headLane = `
update job set state = 1, runnable_at = greatest(runnable_at, lane_held(connection, lane)) where blocked = 0 and state = 0 and id = (
	select id from job where connection = $1 and class = 0 and lane = $2 and state < 3
	and not exists (select from job where connection = $1 and class = 0 and lane = $2 and state in (1, 2)) order by seq limit 1)`

// inherit takes over what is known of twin, and its writes; if that is no state, only since when.
func (e *Entity) inherit(twin *Entity) {
	if twin.Confirmed != nil {
		e.Confirmed, e.Digest = twin.Confirmed, twin.Digest
		e.VendorVersion, e.VendorTime, e.AsOf = twin.VendorVersion, twin.VendorTime, twin.AsOf
		e.SuspectedAt = twin.SuspectedAt
	}
	e.Closed = twin.Closed
	e.join(twin)
}

// join takes over the writes of other, in the order in which their lane sends them: of a write that was replayed, or whose transaction
// had waited, acceptance says another.
func (e *Entity) join(other *Entity) {
	e.Writes = append(e.Writes, other.Writes...)
	slices.SortFunc(e.Writes, func(x, y PendingWrite) int { return cmp.Compare(x.seq, y.seq) })
	e.busy = true
	if e.Refusal == nil {
		e.Refusal = other.Refusal
	}
}

// retire writes the tombstone of what was merged into another: its last change says into which.
func (t *Table) retire(b *pgx.Batch, other *Entity, successor string) error {
	m := t.fresh()
	other.Version++
	at := later(other.Closed.At, other.CreatedAt)
	name := t.firstName(other)
	if other.VendorID != "" {
		name = t.ResourceName(other.Connection, other.VendorID)
	}
	setString(m, "name", name)
	setString(m, "uid", other.UID.String())
	setMirror(m, &typev1.MirrorState{Version: other.Version, DeleteTime: timestamppb.New(at), MergedInto: successor})
	effective, err := stored(m)
	if err != nil {
		return err
	}
	other.Effective = m
	b.Queue(fmt.Sprintf(`update %s set vendor_id = null, version = $3, confirmed = null, effective = $4, payload = null, suspected_at = null,
		refusal = null, deleted_at = $5 where connection = $1 and uid = $2`, t.Table),
		other.Connection, other.UID, other.Version, effective, at)
	t.announce(b, other, successor)
	return nil
}

// announce writes the change that tells of e; successor is the name of what lives on in its place.
func (t *Table) announce(b *pgx.Batch, e *Entity, successor string) {
	b.Queue(t.sql.announce, e.Connection, e.UID, e.Version, e.Effective.GetName(), successor)
}
