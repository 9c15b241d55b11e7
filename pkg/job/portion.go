package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	maxPortion   = 100              // letters dealt with before progress is saved
	batchLease   = 30 * time.Second // nobody else goes on with a batch before
	portionTime  = 15 * time.Second // a portion ends then, however far it has come
	leastPortion = 20 * time.Millisecond
)

// claimBatch takes the batch that has waited longest for its next portion.
const claimBatch = `
with due as (
	select id from dead_letter_batch where ended_at is null and next_at <= clock_timestamp()
	and (lease_until is null or lease_until < clock_timestamp()) order by next_at limit 1 for update skip locked),
taken as (
	update dead_letter_batch b set lease = lease + 1, lease_until = clock_timestamp() + $1::interval from due where b.id = due.id returning b.*)
`

const saveBatch = `
update dead_letter_batch set place = $3, skipped = skipped + $4, last_skip = case when $5 = '' then last_skip else $5 end,
	next_at = clock_timestamp() + $6::interval, lease_until = null, ended_at = case when $7 then now() end
where id = $1 and lease = $2 and ended_at is null`

// portion is what was done of a batch at once.
type portion struct {
	place   int64
	looked  int
	skipped int
	why     string // the last was skipped
	ended   bool
}

// ResumeBatch does the next portion of the batch that is due, and goes on with what a crash has left of the followers of
// a dead letter. It reports when to come again at the latest; zero: nothing is under way.
func (s *Store) ResumeBatch(ctx context.Context) (time.Duration, error) {
	more, failed := s.follow(ctx, 0) // which keeps no batch from going on
	wait, err := s.resume(ctx, more)
	return wait, errors.Join(failed, err)
}

// resume does the next portion of the batch that is due; more says that there are followers left.
func (s *Store) resume(ctx context.Context, more bool) (time.Duration, error) {
	rows, err := s.db.Query(ctx, claimBatch+selectBatchOf+"taken b", batchLease)
	if err != nil {
		return 0, fmt.Errorf("take up a batch: %w", err)
	}
	b, err := pgx.CollectExactlyOneRow(rows, scanBatch)
	if errors.Is(err, pgx.ErrNoRows) && more {
		return leastPortion, nil
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return s.untilBatch(ctx)
	}
	if err != nil {
		return 0, fmt.Errorf("take up a batch: %w", err)
	}
	p, err := s.portion(ctx, b)
	if err != nil {
		return 0, fmt.Errorf("go on with batch %s: %w", b.ID, err)
	}
	wait := time.Duration(float64(p.looked) / b.Rate * float64(time.Second))
	_, err = s.db.Exec(ctx, saveBatch, b.ID, b.lease, p.place, p.skipped, p.why, wait, p.ended)
	if err != nil {
		return 0, fmt.Errorf("save how far batch %s has come: %w", b.ID, err)
	}
	return max(wait, leastPortion), nil
}

func (s *Store) untilBatch(ctx context.Context) (time.Duration, error) {
	var seconds *float64
	err := s.db.QueryRow(ctx, `select extract(epoch from min(greatest(next_at, coalesce(lease_until, next_at))) - clock_timestamp())::float8
		from dead_letter_batch where ended_at is null`).Scan(&seconds)
	if err != nil || seconds == nil {
		return 0, err
	}
	return max(time.Duration(*seconds*float64(time.Second)), leastPortion), nil
}

// portion deals with the next letters of a batch, one by one in the order in which they died: that of their lanes.
func (s *Store) portion(ctx context.Context, b Batch) (portion, error) {
	began, p := time.Now(), portion{place: b.place}
	b.Filter.Resolutions = []Resolution{Open}
	w := b.Filter.where([]string{b.Connection})
	w.and("d.seq > ?", b.place)
	w.and("d.seq <= ?", b.upto)
	limit := max(1, min(maxPortion, int(b.Rate)))
	found, err := s.letters(ctx, s.db, w, "asc", limit)
	if err != nil {
		return p, err
	}
	d := Decision{Caller: b.Caller, Reason: b.Reason, Overwrite: b.Overwrite, batch: b.ID}
	for _, l := range found {
		if time.Since(began) > portionTime {
			return p, nil
		}
		do := s.Replay
		if b.Action == Discarded {
			do = s.Discard
		}
		_, err := do(ctx, l.Connection, l.ID, d)
		if err != nil && !isLeft(err) {
			return p, err
		}
		if p.looked++; err != nil {
			p.skipped, p.why = p.skipped+1, clip(fmt.Sprintf("%s: %v", l.ID, err))
		}
		p.place = l.Seq
	}
	p.ended = len(found) < limit
	return p, nil
}

// batches goes on with whatever is decided about many dead letters, until ctx ends.
func (w *Worker) batches(ctx context.Context) {
	for {
		wait, err := w.store.ResumeBatch(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "dead letters not dealt with", slog.Any("error", err))
		}
		if wait == 0 || wait > w.cfg.Scan {
			wait = w.cfg.Scan
		}
		select {
		case <-ctx.Done():
			return
		case <-w.store.nudged:
		case <-time.After(wait):
		}
	}
}

// nudge has this replica look for batches soon.
func (s *Store) nudge() {
	select {
	case s.nudged <- struct{}{}:
	default:
	}
}
