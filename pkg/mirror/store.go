package mirror

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Store is the mirror of one adapter: its kinds, in the order in which their rows are locked.
type Store struct {
	// Doubled is told of what carries the mark of a job whose entity has another id already: a clone, or a write made twice.
	// Somebody should look. Set before use, may be nil; it must not block.
	Doubled func(ctx context.Context, connection string, ref Ref)

	// Patience is how long a look of a connection waits that nothing but news asks for: what comes meanwhile joins it, and may spare it.
	// Set before use, may be nil: it does not wait.
	Patience func(connection string) time.Duration

	tables []*Table
	byName map[string]*Table
}

// New is a store of these kinds; a kind comes after its parent.
func New(tables ...*Table) (*Store, error) {
	s := &Store{tables: tables, byName: make(map[string]*Table, len(tables))}
	for _, t := range tables {
		parent := ""
		if t.Parent != "" {
			p := s.byName[t.Parent]
			if p == nil {
				return nil, fmt.Errorf("kind %s: its parent %s must be registered before it", t.Name, t.Parent)
			}
			parent = p.Table
		}
		if err := t.prepare(parent); err != nil {
			return nil, err
		}
		s.byName[t.Name] = t
	}
	return s, nil
}

// Waits reports whether looks of a connection that can wait do so now.
func (s *Store) Waits(connection string) bool { return s.patience(connection) > 0 }

func (s *Store) patience(connection string) time.Duration {
	if s.Patience == nil {
		return 0
	}
	return s.Patience(connection)
}

// Table is the kind of that name; nil if there is none.
func (s *Store) Table(kind string) *Table { return s.byName[kind] }

// Tables are all kinds.
func (s *Store) Tables() []*Table { return s.tables }

const drawMoment = "select nextval('moment'), clock_timestamp()"

// Now draws the next moment: before a request is sent, it is the request's Opened.
func Now(ctx context.Context, q pg.Querier) (Moment, error) {
	var m Moment
	if err := q.QueryRow(ctx, drawMoment).Scan(&m.Seq, &m.At); err != nil {
		return Moment{}, fmt.Errorf("draw a moment: %w", err)
	}
	return m, nil
}

func (t *Table) query(ctx context.Context, q pg.Querier, sql, connection string, keys any) ([]*Entity, error) {
	rows, err := q.Query(ctx, sql, connection, keys)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", t.Name, err)
	}
	return t.collect(rows)
}

func (t *Table) collect(rows pgx.Rows) ([]*Entity, error) {
	defer rows.Close()
	var found []*Entity
	for rows.Next() {
		e, err := t.scan(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("load %s: %w", t.Name, err)
	}
	return found, nil
}

// Locate is the uid of the entity that the vendor calls vendorID, or once called so; zero: none.
func (s *Store) Locate(ctx context.Context, q pg.Querier, connection string, ref Ref) (uuid.UUID, error) {
	var uid uuid.UUID
	err := q.QueryRow(ctx, s.byName[ref.Kind].sql.locate, connection, ref.VendorID).Scan(&uid)
	if isNoRows(err) {
		living, err := s.Aliases(ctx, q, ref.Kind, connection, Target{VendorID: ref.VendorID})
		return living[Target{VendorID: ref.VendorID}], err
	}
	if err != nil {
		return uuid.UUID{}, fmt.Errorf("locate %s: %w", ref.Kind, err)
	}
	return uid, nil
}
