package mirror

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Peek loads one entity as it stands, without locking it and without its writes, and the vendor id of its parent.
// Nil: there is no such entity.
func (s *Store) Peek(ctx context.Context, q pg.Querier, t *Table, connection string, uid uuid.UUID) (*Entity, string, error) {
	found, err := t.query(ctx, q, t.sql.peekUID, connection, []uuid.UUID{uid})
	if err != nil || len(found) == 0 {
		return nil, "", err
	}
	e := found[0]
	if t.Parent == "" {
		return e, "", nil
	}
	var parent *string
	sql := fmt.Sprintf("select vendor_id from %s where connection = $1 and uid = $2", s.byName[t.Parent].Table)
	if err := q.QueryRow(ctx, sql, connection, e.Parent).Scan(&parent); err != nil && !isNoRows(err) {
		return nil, "", fmt.Errorf("read the parent of a %s: %w", t.Name, err)
	}
	return e, deref(parent), nil
}

// Differing lists those of paths whose values in a and b are not the same; a nil message has no values.
func Differing(a, b Message, paths []string) []string {
	var names []string
	for _, p := range paths {
		if !sameField(a, b, p) {
			names = append(names, p)
		}
	}
	return names
}

func sameField(a, b Message, path string) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return string(encode(only(a, []string{path}))) == string(encode(only(b, []string{path})))
}
