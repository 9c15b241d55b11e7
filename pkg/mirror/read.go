package mirror

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Row is an entity as a reader gets it: its message still marshalled, so that a read copies it out and parses nothing.
type Row struct {
	Effective []byte
	AsOf      time.Time
	// UID is set where several are read, VendorID where they are named: empty until a create is confirmed. UID and Order are
	// where a page goes on from; Order is set in lists only.
	UID      uuid.UUID
	VendorID string
	Order    time.Time
}

// Get reads one entity, by any name that it ever had. fault.NotFound: there is none.
func (s *Store) Get(ctx context.Context, q pg.Querier, kind, connection string, target Target) (Row, error) {
	t := s.byName[kind]
	sql, key := t.sql.getUID, any(target.UID)
	if target.VendorID != "" {
		sql, key = t.sql.get, target.VendorID
	}
	var r Row
	var asOf *time.Time
	err := q.QueryRow(ctx, sql, connection, key).Scan(&r.Effective, &asOf)
	if isNoRows(err) && target.VendorID != "" {
		err = q.QueryRow(ctx, t.sql.byAlias, connection, target.VendorID).Scan(&r.Effective, &asOf)
	}
	switch {
	case isNoRows(err):
		return Row{}, &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such " + kind}
	case err != nil:
		return Row{}, fmt.Errorf("read %s: %w", kind, err)
	}
	r.AsOf = deref(asOf)
	return r, nil
}

// Into makes m the message of the row without parsing it: the bytes travel as m's unknown fields, which come first
// and only when m is marshalled, and so reach the caller as they are. What readers add, the freshness, is appended as a
// second mirror field: on the wire a repeated message field is merged into the first.
func (r Row) Into(m Message, swept time.Time) {
	b := r.Effective
	if !r.AsOf.IsZero() { // no sweep saw what was never at the vendor
		b = appendSync(append(make([]byte, 0, len(b)+24), b...), m, later(r.AsOf, swept))
	}
	m.ProtoReflect().SetUnknown(b)
}

// appendSync appends mirror{sync_time: at} to a marshalled m.
func appendSync(b []byte, m Message, at time.Time) []byte {
	mirror := field(m, "mirror")
	sync := mirror.Message().Fields().ByName("sync_time")
	var ts []byte
	ts = protowire.AppendTag(ts, 1, protowire.VarintType)
	ts = protowire.AppendVarint(ts, uint64(at.Unix())) //nolint:gosec // times after 1970
	ts = protowire.AppendTag(ts, 2, protowire.VarintType)
	ts = protowire.AppendVarint(ts, uint64(at.Nanosecond())) //nolint:gosec // never negative
	var state []byte
	state = protowire.AppendTag(state, sync.Number(), protowire.BytesType)
	state = protowire.AppendBytes(state, ts)
	b = protowire.AppendTag(b, mirror.Number(), protowire.BytesType)
	return protowire.AppendBytes(b, state)
}
