package mirror

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Parent is what a child's write needs to know of the entity that it hangs on; the zero value where a kind has none.
type Parent struct {
	VendorID string // empty: not created yet
	Dead     bool   // the vendor has deleted it
}

// Peek loads one entity as it stands, without locking it and without its writes, and its parent. What was merged into
// another leads to that one. Nil: there is no such entity.
func (s *Store) Peek(ctx context.Context, q pg.Querier, t *Table, connection string, uid uuid.UUID) (e *Entity, parent Parent, err error) {
	b := &pgx.Batch{}
	s.PeekAll(b, t, connection, []uuid.UUID{uid}, func(found *Entity, p Parent) { e, parent = found, p })
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, Parent{}, fmt.Errorf("look at a %s: %w", t.Name, err)
	}
	if e != nil && e.merged() {
		living, err := s.Aliases(ctx, q, t.Name, connection, Target{UID: uid})
		if err != nil || len(living) == 0 { // none: it only looks like it, being deleted before it was created
			return e, parent, err
		}
		return s.Peek(ctx, q, t, connection, living[Target{UID: uid}])
	}
	return e, parent, nil
}

// PeekAll queues in b what Peek asks, of several entities of one kind; seen is told of each that there is.
func (s *Store) PeekAll(b *pgx.Batch, t *Table, connection string, uids []uuid.UUID, seen func(e *Entity, parent Parent)) {
	parents := map[uuid.UUID]Parent{}
	if t.Parent != "" {
		b.Queue(t.sql.parentIDs, connection, uids).Query(func(rows pgx.Rows) error {
			return s.byName[t.Parent].collectParents(rows, parents)
		})
	}
	b.Queue(t.sql.peekUID, connection, uids).Query(func(rows pgx.Rows) error {
		found, err := t.collect(rows)
		for _, e := range found {
			seen(e, parents[e.UID])
		}
		return err
	})
}

// collectParents reads parents of this kind, by the uid of the child.
func (t *Table) collectParents(rows pgx.Rows, into map[uuid.UUID]Parent) error {
	var child uuid.UUID
	var id string
	var confirmed []byte
	_, err := pgx.ForEachRow(rows, []any{&child, &id, &confirmed}, func() error {
		m, err := t.Decode(confirmed)
		into[child] = Parent{VendorID: id, Dead: m != nil && m.GetMirror().GetDeleteTime() != nil}
		return err
	})
	return err
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
	fd := field(a, path)
	if fd == nil {
		return true
	}
	x, y := a.ProtoReflect(), b.ProtoReflect()
	return x.Has(fd) == y.Has(fd) && x.Get(fd).Equal(y.Get(fd))
}

// Only is a new message with just the fields of m that are named.
func Only(m Message, paths []string) Message { return only(m, paths) }
