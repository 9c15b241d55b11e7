package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Store keeps the jobs of one adapter in Postgres.
type Store struct {
	db     *pgxpool.Pool
	mirror *mirror.Store
	gate   *gate.Keeper
	ops    map[string]*Op
	wake   func(connection, lane string)
	nudged chan struct{} // there may be a batch to go on with

	// Retake takes a delivery in again that could not be read; fault.Invalid: it still cannot. Nil: nothing can.
	Retake func(ctx context.Context, tx pgx.Tx, connection string, body []byte) error

	mu     sync.Mutex
	groups map[groupKey]*group
	sought orphan // the last one that the slow scan has looked at
}

// NewStore keeps jobs for these operations. wake is told of every job that may run now, after its commit; it must not
// block, and losing a call costs only time.
func NewStore(db *pgxpool.Pool, m *mirror.Store, g *gate.Keeper, ops []*Op, wake func(connection, lane string)) (*Store, error) {
	s := &Store{db: db, mirror: m, gate: g, ops: make(map[string]*Op, len(ops)), wake: wake, groups: map[groupKey]*group{}}
	s.nudged = make(chan struct{}, 1)
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
	}
	return s, nil
}

const insertJob = `
insert into job (id, format, connection, kind, uid, lane, class, budget_key, operation, effect, patch, paths, base, base_confirmed,
	arguments, guarded, caller, request_id, request_digest, traceparent, folded, refers, blocked, runnable_at, state)
select $1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, true, $20, $21::smallint,
	greatest(now(), lane_held($3, $6)),
	case when $21::smallint > 0 or exists (select 1 from job where connection = $3 and lane = $6 and state < 3) then 0 else 1 end`

// Enqueue queues in b the insert of an accepted write's job, beside what folds it: they exist together or not at all.
// The entity's row is locked by that transaction, so nobody else looks at the lane meanwhile. Call Wake after the
// commit.
func (s *Store) Enqueue(b *pgx.Batch, r Request) error {
	arguments, err := json.Marshal(r.Arguments)
	if err != nil {
		return fmt.Errorf("encode arguments: %w", err)
	}
	if r.Arguments == nil {
		arguments = []byte("{}")
	}
	if r.Paths == nil {
		r.Paths = []string{}
	}
	var request *uuid.UUID
	if r.RequestID != (uuid.UUID{}) {
		request = &r.RequestID
	}
	b.Queue(insertJob, r.ID, Format, r.Connection, r.Kind, r.UID, r.Lane, r.BudgetKey, r.Operation, r.Effect,
		r.Patch, r.Paths, r.Base, r.BaseConfirmed, string(arguments), r.Guarded, r.Caller, request, r.RequestDigest, r.Trace,
		len(r.After), blocked(r.After))
	queueReferences(b, r.Connection, r.ID, r.After)
	return nil
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
