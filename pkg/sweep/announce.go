package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// unannounced remembers the changes that a sweep found and no delivery since the last sweep has announced. A delivery
// that comes yet takes its entity out again; what is still there after the vendor's usual delay was missed. Where a feed tells what
// deliveries should have told, only the feed is asked: else what a list found first would be missed twice.
func (r *Runner) unannounced(ctx context.Context, tx pgx.Tx, h *held, results []mirror.Result) error {
	t := r.mirror.Table(h.kind)
	if t == nil || t.AnnounceWithin <= 0 || h.swept.IsZero() || r.fed(h.kind) { // a backfill misses nothing
		return nil
	}
	var ids []string
	for _, x := range results {
		switch x.Outcome {
		case mirror.Inserted, mirror.Changed, mirror.Tombstoned, mirror.Revived:
			ids = append(ids, x.VendorID)
		default: // nothing was found that a delivery would have told
		}
	}
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into unannounced (connection, kind, vendor_id)
		select $1, $2, found.vendor_id from unnest($3::text[]) as found (vendor_id) where not exists (
			select 1 from delivery d where d.connection = $1 and d.kind = $2 and d.vendor_id = found.vendor_id and d.received_at > $4)
		`+again, h.connection, h.kind, ids, h.swept.Add(-t.AnnounceWithin))
	if err != nil {
		return fmt.Errorf("remember what was not announced: %w", err)
	}
	return nil
}

// again: what was counted before has changed once more.
const again = `on conflict (connection, kind, vendor_id) do update set seen_at = now(), counted_at = null where unannounced.counted_at is not null`

// fed reports whether a feed tells of a kind.
func (r *Runner) fed(kind string) bool {
	return slices.ContainsFunc(r.plans, func(p Plan) bool { return slices.Contains(p.Feeds, kind) })
}

const countMissed = `
with gone as (
	update unannounced set counted_at = clock_timestamp()
	where kind = $1 and counted_at is null and seen_at < clock_timestamp() - $2::interval returning connection),
n as (select connection, count(*) as missed from gone group by connection)
update cursor c set missed = c.missed + n.missed from n where c.connection = n.connection and c.kind = $1`

// remembered is how long it is known that a change was counted: longer than any feed stays behind.
const remembered = 24 * time.Hour

// CountMissed counts the changes that no delivery has announced within their kind's usual delay.
func (r *Runner) CountMissed(ctx context.Context) error {
	for _, t := range r.mirror.Tables() {
		if t.AnnounceWithin <= 0 {
			continue
		}
		if _, err := r.db.Exec(ctx, countMissed, t.Name, t.AnnounceWithin); err != nil {
			return fmt.Errorf("count missed deliveries: %w", err)
		}
	}
	if _, err := r.db.Exec(ctx, `delete from unannounced where counted_at < clock_timestamp() - $1::interval`, remembered); err != nil {
		return fmt.Errorf("forget what was counted: %w", err)
	}
	return nil
}

// insertDrift: the same trouble is told once while nobody has dealt with it, and counted.
const insertDrift = `
insert into dead_letter (id, connection, kind, vendor_id, class, reason, field, message, payload, dedupe)
values ($1, $2, $3, $4, 'SCHEMA_DRIFT', 'SCHEMA_DRIFT', $5, $6, $7, $8)
on conflict (connection, dedupe) where dedupe <> '' and resolved_at is null
do update set times = dead_letter.times + 1, last_at = now(), message = excluded.message, payload = excluded.payload`

// keep keeps the rows that drifted as dead letters, in the transaction that moves the cursor past them.
func keep(ctx context.Context, tx pgx.Tx, h *held, drifted []Drift) error {
	b := &pgx.Batch{}
	for _, d := range drifted {
		once := sha256.Sum256(fmt.Appendf(nil, "sweep/%q/%q/%q", d.Kind, d.VendorID, d.Field))
		b.Queue(insertDrift, uuid.Must(uuid.NewV7()), h.connection, d.Kind, d.VendorID, pg.Text(d.Field), pg.Text(d.Message), d.Payload, hex.EncodeToString(once[:]))
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// countEvery is how often missed deliveries are counted.
const countEvery = time.Second

// Watch counts missed deliveries until ctx ends.
func (r *Runner) Watch(ctx context.Context) error {
	tick := time.NewTicker(countEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := r.CountMissed(ctx); err != nil && ctx.Err() == nil {
				r.log.WarnContext(ctx, "missed deliveries not counted", "error", err)
			}
		}
	}
}
