package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Resolution is how a dead letter was dealt with.
type Resolution string

// The resolutions.
const (
	Open      Resolution = ""
	Replayed  Resolution = "replayed"
	Discarded Resolution = "discarded"
	Succeeded Resolution = "succeeded" // the vendor's acceptance came after it was buried
)

// Letter is a dead letter: a write, a fetch or a delivery that will not succeed by itself.
type Letter struct {
	ID          uuid.UUID
	Seq         int64 // letters of one lane have them in the order of the lane
	Connection  string
	Kind        string    // empty in a delivery that could not be read
	UID         uuid.UUID // zero: not known
	VendorID    string
	Job         uuid.UUID // the write that was buried; zero for a fetch or a delivery
	Operation   string
	Class       Class
	Reason      string
	Field       string
	Status      int
	Code        string
	Message     string
	TrackingID  string
	Paths       []string
	Payload     []byte
	Caller      string // who asked for the write
	CreatedAt   time.Time
	LastAt      time.Time
	Times       int
	Predecessor uuid.UUID // the job with which it was buried; zero: by itself
	Resolution  Resolution
	ResolvedAt  time.Time
	ResolvedBy  string
	Replay      uuid.UUID // the job that makes it again; zero: none
}

// Act is one thing that was done about a dead letter.
type Act struct {
	Action     string // replay, discard, succeed
	At         time.Time
	Caller     string // empty: the adapter itself
	Reason     string
	Batch      uuid.UUID
	Job        uuid.UUID // that makes it again
	Overwrite  bool
	NotApplied bool
}

const selectLetter = `
select d.id, d.seq, d.connection, d.kind, coalesce(j.uid, d.uid), coalesce(d.vendor_id, ''), d.job, coalesce(j.operation, ''), d.class, d.reason,
	d.field, d.status, d.code, d.message, d.tracking_id, coalesce(j.paths, '{}'), d.payload, coalesce(j.caller, ''), d.created_at, d.last_at,
	d.times, d.predecessor, d.resolution, d.resolved_at, d.resolved_by, d.replay
from dead_letter d left join job j on j.id = d.job `

func scanLetter(row pgx.CollectableRow) (Letter, error) {
	var l Letter
	var uid, job, predecessor, replay *uuid.UUID
	var resolved *time.Time
	err := row.Scan(&l.ID, &l.Seq, &l.Connection, &l.Kind, &uid, &l.VendorID, &job, &l.Operation, &l.Class, &l.Reason, &l.Field, &l.Status,
		&l.Code, &l.Message, &l.TrackingID, &l.Paths, &l.Payload, &l.Caller, &l.CreatedAt, &l.LastAt, &l.Times, &predecessor, &l.Resolution,
		&resolved, &l.ResolvedBy, &replay)
	l.UID, l.Job, l.Predecessor, l.Replay = deref(uid), deref(job), deref(predecessor), deref(replay)
	l.ResolvedAt = deref(resolved)
	return l, err
}

// Letter is one dead letter. fault.NotFound: there is none in this connection.
func (s *Store) Letter(ctx context.Context, q pg.Querier, connection string, id uuid.UUID) (Letter, error) {
	rows, err := q.Query(ctx, selectLetter+"where d.connection = $1 and d.id = $2", connection, id)
	if err != nil {
		return Letter{}, fmt.Errorf("read dead letter: %w", err)
	}
	l, err := pgx.CollectExactlyOneRow(rows, scanLetter)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Letter{}, &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such dead letter, or it is no longer kept"}
	case err != nil:
		return Letter{}, fmt.Errorf("read dead letter: %w", err)
	}
	return l, nil
}

// Letters are up to limit dead letters, latest first, of those before seq; zero: from the latest on.
func (s *Store) Letters(ctx context.Context, q pg.Querier, connections []string, f LetterFilter, before int64, limit int) ([]Letter, error) {
	w := f.where(connections)
	if before > 0 {
		w.and("d.seq < ?", before)
	}
	return s.letters(ctx, q, w, "desc", limit)
}

func (s *Store) letters(ctx context.Context, q pg.Querier, w *where, order string, limit int) ([]Letter, error) {
	rows, err := q.Query(ctx, fmt.Sprintf("%swhere %s order by d.seq %s limit %d", selectLetter, w, order, limit), w.args...)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanLetter)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	return found, nil
}

// Acts are the latest things done about a dead letter, up to limit, oldest first.
func (s *Store) Acts(ctx context.Context, q pg.Querier, letter uuid.UUID, limit int) ([]Act, error) {
	rows, err := q.Query(ctx, `select action, at, caller, reason, batch, job, overwrite, not_applied from (
		select * from dead_letter_act where letter = $1 order by number desc limit $2) latest order by number`, letter, limit)
	if err != nil {
		return nil, fmt.Errorf("read what was done about a dead letter: %w", err)
	}
	acts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Act, error) {
		var a Act
		var batch, job *uuid.UUID
		err := row.Scan(&a.Action, &a.At, &a.Caller, &a.Reason, &batch, &job, &a.Overwrite, &a.NotApplied)
		a.Batch, a.Job = deref(batch), deref(job)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was done about a dead letter: %w", err)
	}
	return acts, nil
}
