package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// errLost says that the lease is somebody else's by now.
var errLost = errors.New("the lease is lost") //nolint:gochecknoglobals // a sentinel

// held is a cursor under our lease.
type held struct {
	connection, kind string
	lease            int64
	place            []byte
	opened           mirror.Moment
	began            time.Time
	swept            time.Time // zero: never to the end
	failures         int
	list             mirror.Moment // at which the whole listing under way was opened; zero: none is
	alert            string        // the last page's
}

const claim = `
with m as (select nextval('moment') as seq, clock_timestamp() as at)
update cursor set lease = m.seq, lease_until = m.at + $3::interval, held_by = $4, opened = m.seq, opened_at = m.at,
	began = case when began = 0 then m.seq else began end, began_at = case when began = 0 then m.at else began_at end
from m where connection = $1 and kind = $2 and next_at <= m.at and (lease_until is null or lease_until < m.at)
returning lease, place, opened, opened_at, began_at, swept_at, failures, list_seq, coalesce(list_at, 'epoch')`

// take takes the lease of a sweep that is due; nil: it is not, or somebody else has it.
func take(ctx context.Context, q pg.Querier, connection, kind, replica string, lease time.Duration) (*held, error) {
	h := &held{connection: connection, kind: kind}
	var swept *time.Time
	err := q.QueryRow(ctx, claim, connection, kind, lease, replica).Scan(&h.lease, &h.place, &h.opened.Seq, &h.opened.At, &h.began, &swept, &h.failures,
		&h.list.Seq, &h.list.At)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, nil //nolint:nilnil // nothing to do is not an error
	case err != nil:
		return nil, fmt.Errorf("take the sweep of %s %s: %w", connection, kind, err)
	}
	if swept != nil {
		h.swept = *swept
	}
	return h, nil
}

const save = `
with m as (select nextval('moment') as seq, clock_timestamp() as at)
update cursor set place = $4, rows = rows + $5, expected = $6, opened = m.seq, opened_at = m.at, lease_until = m.at + $7::interval,
	failures = 0, list_seq = $8, list_at = $9, withheld = coalesce($10, withheld), error = case when coalesce($10, withheld) > 0
	then 'MASS_ABSENCE: ' || coalesce($10, withheld) || ' are not listed any more, too many to believe: somebody should look' else $11 end
from m where connection = $1 and kind = $2 and lease = $3 returning opened, opened_at`

// save saves the place after a page and draws the moment at which the next one opens. Not before the commit is it ours.
func (h *held) save(ctx context.Context, tx pgx.Tx, p Page, a absences, lease time.Duration) error {
	err := tx.QueryRow(ctx, save, h.connection, h.kind, h.lease, place(p), p.rows, p.Expected, lease, a.list.Seq, a.list.At, a.withheld, pg.Text(p.Alert)).
		Scan(&h.opened.Seq, &h.opened.At)
	if errors.Is(err, pgx.ErrNoRows) {
		return errLost
	}
	return err
}

func place(p Page) []byte {
	if p.Place == nil {
		return []byte{}
	}
	return p.Place
}

const finish = `
update cursor set lease_until = null, held_by = '', next_at = clock_timestamp() + $4::interval, began = case when $5 then 0 else began end,
	rows = case when $5 then 0 else rows end, expected = case when $5 then 0 else expected end,
	swept_at = case when $5 then began_at - $6::interval else swept_at end
where connection = $1 and kind = $2 and lease = $3`

// finish ends a sweep; unless it is complete, what it has begun goes on with the next one. What the vendor may have
// served stale is not claimed as swept.
func (h *held) finish(ctx context.Context, q pg.Querier, every time.Duration, complete bool, readLag time.Duration) error {
	_, err := q.Exec(ctx, finish, h.connection, h.kind, h.lease, every, complete, readLag)
	return err
}

const pause = `
update cursor set lease_until = null, held_by = '', next_at = clock_timestamp() + $4::interval, error = $5, failures = failures + $6, place = $7
where connection = $1 and kind = $2 and lease = $3`

// pause gives the lease back before the window's end; the next holder goes on from the place saved last.
func (h *held) pause(ctx context.Context, q pg.Querier, wait time.Duration, why string, failed bool) error {
	n := 0
	if failed {
		n = 1
	}
	if h.place == nil {
		h.place = []byte{}
	}
	_, err := q.Exec(ctx, pause, h.connection, h.kind, h.lease, wait, why, n, h.place)
	return err
}

// restart takes the lease from whoever holds it: what was read from the place that it had is not saved as the sweep's place any more.
const restart = `
update cursor set place = '', lease = nextval('moment'), lease_until = null, held_by = '', next_at = clock_timestamp(), began = 0, began_at = null,
	rows = 0, expected = 0, swept_at = null, list_seq = 0, list_at = null
where connection = $1 and kind = any($2::text[])`

// anew lets kinds be swept from the beginning, as if they never had been.
func anew(ctx context.Context, tx pgx.Tx, connection string, kinds []string) error {
	if _, err := tx.Exec(ctx, restart, connection, kinds); err != nil {
		return fmt.Errorf("sweep anew: %w", err)
	}
	return nil
}

// Ensure makes the cursors of a connection's kinds where they are missing.
func Ensure(ctx context.Context, q pg.Querier, connection string, kinds []string) error {
	_, err := q.Exec(ctx, `insert into cursor (connection, kind) select $1, unnest($2::text[]) on conflict do nothing`, connection, kinds)
	if err != nil {
		return fmt.Errorf("make cursors: %w", err)
	}
	return nil
}

// Hasten makes the next sweep of a kind due now.
func Hasten(ctx context.Context, q pg.Querier, connection, kind string) error {
	_, err := q.Exec(ctx, `update cursor set next_at = now() where connection = $1 and kind = $2`, connection, kind)
	return err
}

// Swept is up to when each kind of each connection is known to be swept, by connection and then kind.
func Swept(ctx context.Context, q pg.Querier) (map[string]map[string]time.Time, error) {
	rows, err := q.Query(ctx, `select connection, kind, swept_at from cursor where swept_at is not null`)
	if err != nil {
		return nil, fmt.Errorf("read what is swept: %w", err)
	}
	m := map[string]map[string]time.Time{}
	var connection, kind string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&connection, &kind, &at}, func() error {
		if m[connection] == nil {
			m[connection] = map[string]time.Time{}
		}
		m[connection][kind] = at
		return nil
	})
	return m, err
}
