package job

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/together"
)

// Store keeps the jobs of one adapter in Postgres.
type Store struct {
	db     *pgxpool.Pool
	mirror *mirror.Store
	gate   *gate.Keeper
	ops    map[string]*Op
	wake   func(connection, lane string)
	nudged chan struct{} // there may be a batch to go on with
	host   atomic.Pointer[host]

	// Retake takes a delivery in again that could not be read; fault.Invalid: it still cannot. Nil: nothing can.
	Retake func(ctx context.Context, tx pgx.Tx, connection string, body []byte) error

	// Failed is told of several that were to be accepted or settled together and could not be: each goes by itself. It may be nil.
	Failed func(ctx context.Context, what, connection string, n int, err error)

	settling  together.Groups[settling]
	accepting together.Groups[*accepting]
	unbegun   unbegun

	mu       sync.Mutex
	sought   orphan // the last one that the slow scan has looked at
	advanced place  // and up to where it has looked for lanes that could go on
	glance   int    // how far it looks at once
}

// NewStore keeps jobs for these operations. wake is told of every job that may run now, after its commit; it must not
// block, and losing a call costs only time.
func NewStore(db *pgxpool.Pool, m *mirror.Store, g *gate.Keeper, ops []*Op, wake func(connection, lane string)) (*Store, error) {
	s := &Store{db: db, mirror: m, gate: g, ops: make(map[string]*Op, len(ops)), wake: wake, nudged: make(chan struct{}, 1), glance: glance}
	s.settling.Round, s.settling.Rounds, s.settling.Failed = s.settleTogether, 1, s.failed("settle")
	s.accepting.Round, s.accepting.Rounds, s.accepting.Failed = s.acceptTogether, 2, s.failed("accept")
	for _, op := range ops {
		if m.Table(op.Kind) == nil {
			return nil, fmt.Errorf("operation %s: no kind %s", op.Name, op.Kind)
		}
		if op.Safety == Undeclared || op.attempt == nil { // whoever made it forgot to Bind it
			return nil, fmt.Errorf("operation %s does not declare how a repeat is made safe", op.Name)
		}
		if s.ops[op.Name] != nil {
			return nil, fmt.Errorf("operation %s is registered twice", op.Name)
		}
		s.ops[op.Name] = op
		if len(op.Steps) > 1 {
			m.Table(op.Kind).MakesSeveral(op.Name)
		}
	}
	return s, nil
}

// serve has what may run at once handed to h as it is accepted.
func (s *Store) serve(h host) { s.host.Store(&h) }

func (s *Store) failed(what string) func(ctx context.Context, connection string, n int, err error) {
	return func(ctx context.Context, connection string, n int, err error) {
		if s.Failed != nil {
			s.Failed(ctx, what, connection, n, err)
		}
	}
}

// Wake tells the workers of a connection that a lane may have something to do.
func (s *Store) Wake(connection, lane string) {
	if s.wake != nil {
		s.wake(connection, lane)
	}
}

// Repeated is the entity that an earlier request with this id wrote; zero: there was none. fault.Conflict with reason
// REQUEST_ID_REUSED: there was one with other content.
func (s *Store) Repeated(ctx context.Context, q pg.Querier, connection, caller string, id uuid.UUID, digest []byte) (uuid.UUID, error) {
	if id == (uuid.UUID{}) {
		return uuid.UUID{}, nil
	}
	var uid uuid.UUID
	var was []byte
	err := q.QueryRow(ctx, `select uid, request_digest from job where connection = $1 and caller = $2 and request_id = $3`,
		connection, caller, id).Scan(&uid, &was)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return uuid.UUID{}, nil
	case err != nil:
		return uuid.UUID{}, fmt.Errorf("look for an earlier request: %w", err)
	case string(was) != string(digest):
		return uuid.UUID{}, &fault.Error{
			Kind: fault.Conflict, Reason: "REQUEST_ID_REUSED", Field: "request_id",
			Message: "was used for a request with other content: use a new one",
		}
	}
	return uid, nil
}

// IsRepeat reports whether err says that a request with the same id was accepted a moment ago.
func IsRepeat(err error) bool { return pg.Violates(err, "job_request") }

func (s *Store) inTx(ctx context.Context, f func(pgx.Tx) error) error { return pg.InTx(ctx, s.db, f) }

func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

func nullable(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
