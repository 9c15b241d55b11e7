package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Batch is a decision about many dead letters: those that its filter selects and that were open when it was asked for.
type Batch struct {
	ID         uuid.UUID
	Connection string
	Action     Resolution // Replayed or Discarded: what they are to become
	Filter     LetterFilter
	Caller     string
	Reason     string
	Overwrite  bool
	Rate       float64   // letters a second, at most
	RequestID  uuid.UUID // zero: none
	CreatedAt  time.Time
	Selected   int64
	Done       int64 // with those that were buried with them
	Skipped    int64
	LastSkip   string // why the latest was left
	EndedAt    time.Time
	Cancelled  bool
	Canceller  string // who stopped it

	upto, place, lease int64
}

// Select counts the open letters that f selects, and reads the first of them, up to sample.
func (s *Store) Select(ctx context.Context, q pg.Querier, connection string, f LetterFilter, sample int) (int64, []Letter, error) {
	f.Resolutions = []Resolution{Open}
	w := f.where([]string{connection})
	var n int64
	err := q.QueryRow(ctx, "select count(*) from dead_letter d left join job j on j.id = d.job where "+w.String(), w.args...).Scan(&n)
	if err != nil {
		return 0, nil, fmt.Errorf("count dead letters: %w", err)
	}
	first, err := s.letters(ctx, q, w, "asc", sample)
	return n, first, err
}

const insertBatch = `
insert into dead_letter_batch (id, connection, action, filter, caller, reason, overwrite, rate, request_id, upto, selected)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce(max(seq), 0), $10 from dead_letter where connection = $2
on conflict do nothing`

// Begin has a batch done in the background by whichever replica comes first. The same request, or the same decision while
// it is under way, is begun once.
func (s *Store) Begin(ctx context.Context, b Batch) (Batch, error) {
	filter, err := json.Marshal(b.Filter)
	if err != nil {
		return b, fmt.Errorf("encode the filter: %w", err)
	}
	if b.Rate <= 0 {
		return b, fault.Field("rate", "must be more than 0")
	}
	if b.Selected, _, err = s.Select(ctx, s.db, b.Connection, b.Filter, 0); err != nil {
		return b, err
	}
	var same Batch
	for range begins { // the same one may end between two looks
		id := NewID()
		ct, err := s.db.Exec(ctx, insertBatch, id, b.Connection, b.Action, string(filter), b.Caller, b.Reason, b.Overwrite, b.Rate,
			maybe(b.RequestID), b.Selected)
		switch {
		case err != nil:
			return b, fmt.Errorf("begin a batch: %w", err)
		case ct.RowsAffected() > 0:
			s.nudge()
			return s.Batch(ctx, s.db, b.Connection, id)
		}
		same, err = oneBatch(ctx, s.db, sameBatch, b.Connection, b.Caller, maybe(b.RequestID), b.Action, string(filter), b.Overwrite)
		if fault.KindOf(err) != fault.NotFound {
			return same, err
		}
	}
	return b, &fault.Error{Kind: fault.Unavailable, Reason: "BUSY", Message: "others decide the same at this moment: ask again", RetryAfter: time.Second}
}

const begins = 3

const sameBatch = `b.connection = $1 and (b.caller = $2 and b.request_id = $3
	or b.ended_at is null and b.action = $4 and b.filter = $5::jsonb and b.overwrite = $6)
order by b.request_id = $3 desc nulls last limit 1`

const selectBatchOf = `
select b.id, b.connection, b.action, b.filter, b.caller, b.reason, b.overwrite, b.rate, b.request_id, b.created_at, b.selected,
	(select count(*) from dead_letter_act a where a.batch = b.id), b.skipped, b.last_skip, b.ended_at, b.cancelled, b.cancelled_by, b.upto, b.place, b.lease
from `

const selectBatch = selectBatchOf + `dead_letter_batch b where `

func scanBatch(row pgx.CollectableRow) (Batch, error) {
	var b Batch
	var filter []byte
	var request *uuid.UUID
	var ended *time.Time
	err := row.Scan(&b.ID, &b.Connection, &b.Action, &filter, &b.Caller, &b.Reason, &b.Overwrite, &b.Rate, &request, &b.CreatedAt, &b.Selected,
		&b.Done, &b.Skipped, &b.LastSkip, &ended, &b.Cancelled, &b.Canceller, &b.upto, &b.place, &b.lease)
	if err != nil {
		return b, err
	}
	b.RequestID, b.EndedAt = deref(request), deref(ended)
	return b, json.Unmarshal(filter, &b.Filter)
}

// Batch is how far a batch has come. fault.NotFound: there is none in this connection.
func (s *Store) Batch(ctx context.Context, q pg.Querier, connection string, id uuid.UUID) (Batch, error) {
	return oneBatch(ctx, q, "b.connection = $1 and b.id = $2", connection, id)
}

func oneBatch(ctx context.Context, q pg.Querier, condition string, args ...any) (Batch, error) {
	rows, err := q.Query(ctx, selectBatch+condition, args...)
	if err != nil {
		return Batch{}, fmt.Errorf("read a batch: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBatch)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return b, &fault.Error{Kind: fault.NotFound, Reason: "NOT_FOUND", Message: "no such batch, or it is no longer kept"}
	case err != nil:
		return b, fmt.Errorf("read a batch: %w", err)
	}
	return b, nil
}

// Batches are up to limit of one connection, latest first, after the one with this id; zero: from the latest on.
func (s *Store) Batches(ctx context.Context, q pg.Querier, connection string, after uuid.UUID, limit int) ([]Batch, error) {
	rows, err := q.Query(ctx, selectBatch+"b.connection = $1 and ($2::uuid is null or b.id < $2) order by b.id desc limit $3",
		connection, maybe(after), limit)
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanBatch)
	if err != nil {
		return nil, fmt.Errorf("list batches: %w", err)
	}
	return found, nil
}

// Cancel stops a batch in the name of caller; what it has done stays done. fault.NotFound: there is none in this connection.
func (s *Store) Cancel(ctx context.Context, connection string, id uuid.UUID, caller string) (Batch, error) {
	_, err := s.db.Exec(ctx, `update dead_letter_batch set ended_at = now(), cancelled = true, cancelled_by = $3, lease_until = null
		where connection = $1 and id = $2 and ended_at is null`, connection, id, caller)
	if err != nil {
		return Batch{}, fmt.Errorf("cancel a batch: %w", err)
	}
	return s.Batch(ctx, s.db, connection, id)
}
