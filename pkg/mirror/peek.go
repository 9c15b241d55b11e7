package mirror

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Peek loads one entity as it stands, without locking it and without its writes, and the vendor id of its parent.
// What was merged into another leads to that one. Nil: there is no such entity.
func (s *Store) Peek(ctx context.Context, q pg.Querier, t *Table, connection string, uid uuid.UUID) (e *Entity, parent string, err error) {
	b := &pgx.Batch{}
	s.PeekAll(b, t, connection, []uuid.UUID{uid}, func(found *Entity, id string) { e, parent = found, id })
	if err := q.SendBatch(ctx, b).Close(); err != nil {
		return nil, "", fmt.Errorf("look at a %s: %w", t.Name, err)
	}
	if e != nil && e.merged() {
		living, err := s.Aliases(ctx, q, t.Name, connection, Target{UID: uid})
		if err != nil || len(living) == 0 {
			return nil, "", err
		}
		return s.Peek(ctx, q, t, connection, living[Target{UID: uid}])
	}
	return e, parent, nil
}

// PeekAll queues in b what Peek asks, of several entities of one kind; seen is told of each that there is.
func (s *Store) PeekAll(b *pgx.Batch, t *Table, connection string, uids []uuid.UUID, seen func(e *Entity, parent string)) {
	parents := map[uuid.UUID]string{}
	if t.Parent != "" {
		b.Queue(t.sql.parentIDs, connection, uids).Query(func(rows pgx.Rows) error {
			var uid uuid.UUID
			var id string
			_, err := pgx.ForEachRow(rows, []any{&uid, &id}, func() error { parents[uid] = id; return nil })
			return err
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

// Only is a new message with just the fields of m that are named.
func Only(m Message, paths []string) Message { return only(m, paths) }
