package mirror

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Held is an entity whose row is locked until the transaction ends, with its writes.
type Held struct {
	*Entity
	Now   Moment    // drawn after the lock: what closes at it has a higher number than all that the row has seen
	Began time.Time // the transaction's time, which what it inserts has as its created_at
}

// Lock loads one entity with its writes and locks its row, its parent's before it: the parent's row is the lock of the
// lane that a child's writes ride in. What was merged into another leads to that one. Nil: there is no such entity.
func (s *Store) Lock(ctx context.Context, tx pgx.Tx, t *Table, connection string, uid uuid.UUID) (*Entity, error) {
	h, err := s.Hold(ctx, tx, t, connection, Target{UID: uid}, nil)
	return h.Entity, err
}

// Hold is Lock in one round trip, by any name of the entity; also may be nil, or queues what is to be locked and read
// after it (a second time, where the name leads to another entity). Its Entity is nil where there is none.
func (s *Store) Hold(ctx context.Context, tx pgx.Tx, t *Table, connection string, target Target, also func(*pgx.Batch)) (Held, error) {
	for range hops {
		h, err := s.hold(ctx, tx, t, connection, target, also)
		if err != nil || h.Entity != nil && !h.merged() {
			return h, err
		}
		living, err := s.Aliases(ctx, tx, t.Name, connection, target)
		if err != nil || len(living) == 0 {
			return Held{}, err
		}
		target = Target{UID: living[target]}
	}
	return Held{}, nil
}

// hops bounds how often what a name leads to may itself be merged while we look.
const hops = 3

func (s *Store) hold(ctx context.Context, tx pgx.Tx, t *Table, connection string, target Target, also func(*pgx.Batch)) (Held, error) {
	by, key := t.sql.byUID, any(target.UID)
	if target.UID == (uuid.UUID{}) {
		by, key = t.sql.byVendorID, target.VendorID
	}
	var h Held
	b := &pgx.Batch{}
	if t.Parent != "" {
		b.Queue(by.lockParent, connection, key)
	}
	b.Queue(by.lock, connection, key).Query(func(rows pgx.Rows) error {
		found, err := t.collect(rows)
		if len(found) > 0 {
			h.Entity = found[0]
		}
		return err
	})
	b.Queue(by.writes, connection, key).Query(func(rows pgx.Rows) error {
		if h.Entity == nil {
			return nil
		}
		return t.foldWrites(rows, map[uuid.UUID]*Entity{h.UID: h.Entity})
	})
	b.Queue("select nextval('moment'), clock_timestamp(), now()").QueryRow(func(row pgx.Row) error {
		return row.Scan(&h.Now.Seq, &h.Now.At, &h.Began)
	})
	if also != nil {
		also(b)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return Held{}, fmt.Errorf("lock a %s: %w", t.Name, err)
	}
	return h, nil
}

// HoldFree is Hold for several entities of one kind that has no parent. Those that somebody else holds are left out rather
// than waited for, so that it cannot matter in which order anybody locks; and what was merged into another is.
func (s *Store) HoldFree(ctx context.Context, tx pgx.Tx, t *Table, connection string, targets []Target, also func(*pgx.Batch)) (map[Target]Held, error) {
	uids, ids := make([]uuid.UUID, 0, len(targets)), make([]string, 0, len(targets))
	for _, target := range targets {
		if target.UID != (uuid.UUID{}) {
			uids = append(uids, target.UID)
		} else {
			ids = append(ids, target.VendorID)
		}
	}
	byUID := make(map[uuid.UUID]*Entity, len(targets))
	var now Held
	b := &pgx.Batch{}
	b.Queue(t.sql.lockFree, connection, uids, ids).Query(func(rows pgx.Rows) error {
		found, err := t.collect(rows)
		for _, e := range found {
			byUID[e.UID] = e
		}
		return err
	})
	b.Queue(t.sql.writesOf, connection, uids, ids).Query(func(rows pgx.Rows) error { return t.foldWrites(rows, byUID) })
	b.Queue("select nextval('moment'), clock_timestamp(), now()").QueryRow(func(row pgx.Row) error {
		return row.Scan(&now.Now.Seq, &now.Now.At, &now.Began)
	})
	if also != nil {
		also(b)
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("lock several of %s: %w", t.Name, err)
	}
	held := make(map[Target]Held, len(byUID))
	for _, e := range byUID {
		if e.merged() {
			continue
		}
		h := Held{Entity: e, Now: now.Now, Began: now.Began}
		if held[Target{UID: e.UID}] = h; e.VendorID != "" {
			held[Target{VendorID: e.VendorID}] = h
		}
	}
	return held, nil
}

// locks are the statements that lock one entity by one of its names.
type locks struct{ lockParent, lock, writes string }

func (t *Table) locks(find, parent, key string) locks {
	mine := fmt.Sprintf("(select uid from %s where connection = $1 and %s = $2)", t.Table, key)
	return locks{
		lockParent: fmt.Sprintf(`select 1 from %s where connection = $1 and uid = (select parent from %s where connection = $1 and %s = $2)
			for update`, parent, t.Table, key),
		lock:   find + key + ` = $2 for update`,
		writes: selectWrites + `uid = ` + mine + ` and folded order by seq`,
	}
}
