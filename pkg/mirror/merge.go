package mirror

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// merge makes one of two rows of the same thing: older, whose create turns out to have made what twin was taken for.
// The older uid lives on, with what is known of twin and with its writes, in order of acceptance. Both are locked.
//
// A twin that was shown stays as a tombstone without a vendor id, which carries the name of what lives on; one that was
// never shown vanishes.
func (s *Store) merge(ctx context.Context, tx pgx.Tx, t *Table, older, twin *Entity) error {
	b := &pgx.Batch{}
	b.Queue(fmt.Sprintf(`update %[1]s set payload = (select payload from %[1]s where connection = $1 and uid = $3)
		where connection = $1 and uid = $2`, t.Table), older.Connection, older.UID, twin.UID)
	b.Queue(`update job set uid = $3 where connection = $1 and class = 0 and uid = $2`, older.Connection, twin.UID, older.UID)
	b.Queue(joinLane, older.Connection, lane(t.Name, twin.UID), lane(t.Name, older.UID))
	for _, child := range s.tables {
		if child.Parent == t.Name {
			b.Queue(fmt.Sprintf(`update %s set parent = $3 where connection = $1 and parent = $2`, child.Table),
				older.Connection, twin.UID, older.UID)
		}
	}
	if twin.ghost() { // nobody can have written to it
		b.Queue(fmt.Sprintf(`delete from %s where connection = $1 and uid = $2`, t.Table), twin.Connection, twin.UID)
	} else if err := t.retire(b, twin); err != nil {
		return err
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("merge %s %s into %s: %w", t.Name, twin.UID, older.UID, err)
	}
	older.inherit(twin)
	return nil
}

// joinLane moves the writes of a lane to another, behind what is under way there.
const joinLane = `
update job set lane = $3, state = case when state = 1
	and exists (select from job o where o.connection = $1 and o.lane = $3 and o.state < 3) then 0 else state end
where connection = $1 and class = 0 and lane = $2`

// inherit takes over what is known of twin; if that is no state, only since when.
func (e *Entity) inherit(twin *Entity) {
	if twin.Confirmed != nil {
		e.Confirmed, e.Digest = twin.Confirmed, twin.Digest
		e.VendorVersion, e.VendorTime, e.AsOf = twin.VendorVersion, twin.VendorTime, twin.AsOf
		e.SuspectedAt = twin.SuspectedAt
	}
	e.Writes = append(e.Writes, twin.Writes...)
	slices.SortFunc(e.Writes, func(x, y PendingWrite) int {
		return cmp.Or(x.AcceptedAt.Compare(y.AcceptedAt), bytes.Compare(x.ID[:], y.ID[:]))
	})
	e.Closed, e.busy = twin.Closed, true
	if e.Refusal == nil {
		e.Refusal = twin.Refusal
	}
}

// retire writes the tombstone of a merged twin: its last change says what it has become.
func (t *Table) retire(b *pgx.Batch, twin *Entity) error {
	m := t.fresh()
	twin.Version++
	setString(m, "name", t.ResourceName(twin.Connection, twin.VendorID))
	setString(m, "uid", twin.UID.String())
	setMirror(m, &typev1.MirrorState{Version: twin.Version, DeleteTime: timestamppb.New(twin.Closed.At)})
	effective, err := stored(m)
	if err != nil {
		return err
	}
	b.Queue(fmt.Sprintf(`update %s set vendor_id = null, version = $3, confirmed = null, effective = $4, payload = null, suspected_at = null,
		refusal = null, deleted_at = $5 where connection = $1 and uid = $2`, t.Table),
		twin.Connection, twin.UID, twin.Version, effective, nullable(twin.Closed.At))
	b.Queue(t.sql.announce, twin.Connection, twin.UID, twin.Version)
	return nil
}
