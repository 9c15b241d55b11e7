package journal

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// batch is what waits to be written, and since when Postgres does not take it.
type batch struct {
	rows   []Call
	failed time.Time // zero: not yet
}

// Run writes rows until ctx ends, and then what is still queued.
func (j *Journal) Run(ctx context.Context) error {
	tick := time.NewTicker(j.cfg.Every)
	defer tick.Stop()
	b := &batch{rows: make([]Call, 0, j.cfg.Batch)}
	for {
		queue := j.queue
		if len(b.rows) == j.cfg.Batch {
			queue = nil // Postgres does not take it yet: let the queue fill up and drop
		}
		select {
		case <-ctx.Done():
			j.finish(context.WithoutCancel(ctx), b)
			return nil
		case row := <-queue:
			b.rows = append(b.rows, row)
			if len(b.rows) < j.cfg.Batch {
				continue
			}
		case <-tick.C:
		}
		j.flush(ctx, b)
	}
}

// flush empties b, or leaves it as it is to be tried again.
func (j *Journal) flush(ctx context.Context, b *batch) {
	if len(b.rows) == 0 {
		return
	}
	err := j.write(ctx, b.rows)
	switch {
	case err == nil:
		b.rows, b.failed = b.rows[:0], time.Time{}
	case b.failed.IsZero():
		b.failed = time.Now()
		j.cfg.Log.WarnContext(ctx, "journal not written, holding it", "rows", len(b.rows), "error", err)
	case time.Since(b.failed) > j.cfg.Hold:
		j.giveUp(ctx, b, err)
	}
}

// duplicate is what a batch meets that was written before, though nobody heard of it: the ids are ours.
const duplicate = "23505"

func (j *Journal) giveUp(ctx context.Context, b *batch, err error) {
	j.cfg.Log.ErrorContext(ctx, "journal lost", "rows", len(b.rows), "error", err)
	j.drop(ctx, len(b.rows))
	b.rows, b.failed = b.rows[:0], time.Time{}
}

func (j *Journal) write(ctx context.Context, rows []Call) error {
	ctx, cancel := context.WithTimeout(ctx, j.cfg.Grace)
	defer cancel()
	n, err := j.db.CopyFrom(ctx, pgx.Identifier{"call"}, columns(), pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) {
		return rows[i].values(), nil
	}))
	j.written.Add(ctx, n)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == duplicate {
		return nil
	}
	return err
}

// finish writes what is queued, batch by batch, within one grace.
func (j *Journal) finish(ctx context.Context, b *batch) {
	ctx, cancel := context.WithTimeout(ctx, j.cfg.Grace)
	defer cancel()
	for more := true; more; {
		more = j.fill(b)
		if len(b.rows) == 0 {
			return
		}
		if err := j.write(ctx, b.rows); err != nil {
			j.giveUp(ctx, b, err)
		}
		b.rows = b.rows[:0]
	}
}

// fill takes what is queued without waiting, and says whether there may be more.
func (j *Journal) fill(b *batch) bool {
	for len(b.rows) < j.cfg.Batch {
		select {
		case row := <-j.queue:
			b.rows = append(b.rows, row)
		default:
			return false
		}
	}
	return true
}
