package mirror

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
)

// scan reads one row in the order of rowColumns, the parent, and whether the entity is busy.
func (t *Table) scan(rows pgx.Rows) (*Entity, error) {
	var (
		e                             Entity
		vendorID                      *string
		confirmed, effective, refusal []byte
		closedAt                      *time.Time
		vendorTime, suspected, asOf   *time.Time
		deleted                       *time.Time
		parent                        *uuid.UUID
	)
	err := rows.Scan(&e.Connection, &e.UID, &vendorID, &e.Version, &confirmed, &effective, &e.Digest, &e.Closed.Seq, &closedAt,
		&e.VendorVersion, &vendorTime, &suspected, &asOf, &refusal, &deleted, &e.CreatedAt, &parent, &e.busy)
	if err != nil {
		return nil, fmt.Errorf("scan %s: %w", t.Name, err)
	}
	e.VendorID, e.Parent = deref(vendorID), deref(parent)
	e.Closed.At, e.VendorTime, e.SuspectedAt = deref(closedAt), deref(vendorTime), deref(suspected)
	e.AsOf, e.DeletedAt = deref(asOf), deref(deleted)
	if e.Confirmed, err = t.Decode(confirmed); err != nil {
		return nil, fmt.Errorf("decode confirmed %s %s: %w", t.Name, e.UID, err)
	}
	if e.Effective, err = t.Decode(effective); err != nil {
		return nil, fmt.Errorf("decode effective %s %s: %w", t.Name, e.UID, err)
	}
	if refusal != nil {
		e.Refusal = &typev1.Refusal{}
		if err := protojson.Unmarshal(refusal, e.Refusal); err != nil {
			return nil, fmt.Errorf("decode refusal %s %s: %w", t.Name, e.UID, err)
		}
	}
	return &e, nil
}

// values are what insert writes, in the order of written.
func (t *Table) values(e *Entity) ([]any, error) {
	confirmed, err := stored(e.Confirmed)
	if err != nil {
		return nil, err
	}
	effective, err := stored(e.Effective)
	if err != nil {
		return nil, err
	}
	var refusal []byte
	if e.Refusal != nil {
		if refusal, err = protojson.Marshal(e.Refusal); err != nil {
			return nil, fmt.Errorf("encode refusal: %w", err)
		}
	}
	vs := []any{
		e.Connection, e.UID, nullable(e.VendorID), e.Version, confirmed, effective, text(storable(e.Payload)), e.Digest,
		e.Closed.Seq, nullable(e.Closed.At), e.VendorVersion, nullable(e.VendorTime), nullable(e.SuspectedAt),
		nullable(e.AsOf), text(storable(refusal)), nullable(e.DeletedAt),
	}
	if t.Parent != "" {
		vs = append(vs, e.Parent)
	}
	return append(vs, t.filters(e)...), nil
}

// look are the values of what is shown, in the order in which fold sets them.
func (t *Table) look(e *Entity) ([]any, error) {
	effective, err := stored(e.Effective)
	return append([]any{e.Connection, e.UID, e.Version, effective, nullable(e.DeletedAt)}, t.filters(e)...), err
}

// filters are the values of the filter columns.
func (t *Table) filters(e *Entity) []any {
	vs := t.columns(e.Effective)
	for i, v := range vs {
		vs[i] = column(v)
	}
	return vs
}

// stored is m as a row holds it; null for nil.
func stored(m Message) ([]byte, error) {
	if m == nil {
		return nil, nil
	}
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", m.GetName(), err)
	}
	return b, nil
}

// column is v without the NULs that Postgres refuses in text.
func column(v any) any {
	if s, ok := v.(string); ok {
		return strings.ReplaceAll(s, "\x00", "\uFFFD")
	}
	return v
}

// text is b as a jsonb parameter; null for nothing.
func text(b []byte) *string {
	if len(b) == 0 {
		return nil
	}
	s := string(b)
	return &s
}

func nullable[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}
