package sweep

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Told is an entry of a feed in which the vendor keeps what it has told, or should have told, by webhooks: a second way for
// each delivery, and no listing of states.
type Told struct {
	Key      string     // of the delivery that tells the same
	Delivery string     // the key of one that tells the same among other things; empty: there is none
	Ref      mirror.Ref // a zero Kind is something that we do not keep
	// Snapshot is the state that the entry carries, if the vendor orders it; nil: a hint. It stays a snapshot: it was true when
	// the entry was written, not when it was read.
	Snapshot *mirror.Observation
	// Odd says why the entry cannot be read; empty: it can be. It is kept for a person with what of it may be kept, as a delivery
	// that cannot be read is, and the feed goes on.
	Odd  string
	Kept []byte
}

// maxKept bounds what is kept of an entry that cannot be read.
const maxKept = 64 << 10

// insertTold keeps the entries that neither came by webhook nor were read before, under keys of their own: a delivery that
// comes after all is then told apart from its entry. One that was ignored when it came, by an adapter that knew less, has told nothing;
// nor has one whose look has still to be made, where the entry carries a state.
const insertTold = `
insert into delivery (id, connection, dedupe_key, kind, vendor_id, outcome)
select t.id, $1, 'feed/' || t.key, t.kind, t.vendor_id, 'feed' from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[]) t (id, key, kind, vendor_id, carries)
where not exists (
	select 1 from delivery d where d.connection = $1 and d.dedupe_key = t.key and d.outcome <> 'ignored' and not (
		d.outcome = 'fetch' and t.carries and exists (
			select 1 from job j where j.connection = $1 and j.class = 1 and j.state in (0, 1) and j.kind = t.kind and j.vendor_id = t.vendor_id)))
on conflict (connection, dedupe_key) do nothing returning id, clock_timestamp()`

// news is what entries of a feed come to that neither came by webhook nor were read before.
type news struct {
	fresh  []Told
	states []mirror.Observation // the snapshots among them, oldest first
	looks  []mirror.Look        // at what the others hint at
}

// told records the entries and says what is news.
func (r *Runner) told(ctx context.Context, tx pgx.Tx, h *held, entries []Told) (n news, err error) {
	entries = slices.DeleteFunc(slices.Clone(entries), func(t Told) bool { return t.Odd == "" && r.mirror.Table(t.Ref.Kind) == nil })
	for i := range entries {
		entries[i] = entries[i].storable()
	}
	if len(entries) == 0 {
		return n, nil
	}
	fresh, now, err := r.unheard(ctx, tx, h, entries)
	if err != nil {
		return n, err
	}
	if n.fresh, err = quarantine(ctx, tx, h, fresh); err != nil {
		return n, err
	}
	for _, t := range n.fresh {
		if t.Snapshot == nil {
			n.looks = append(n.looks, r.mirror.Hinted(t.Ref, now))
			continue
		}
		o := *t.Snapshot
		o.Source = mirror.Snapshot
		n.states = append(n.states, o)
	}
	return n, nil
}

// storable is t as it can be kept. One that names an id that nothing can have is odd.
func (t Told) storable() Told {
	t.Key, t.Odd = mirror.Word(t.Key), pg.Text(t.Odd)
	if !t.Ref.Valid() {
		t.Ref, t.Odd = mirror.Ref{}, cmp.Or(t.Odd, "it names an id that nothing can have")
	}
	return t
}

// insertOdd: what is quarantined is replayed as a delivery is.
const insertOdd = `
insert into dead_letter (id, connection, kind, class, reason, message, payload, dedupe)
values ($1, $2, '', 'SCHEMA_DRIFT', 'DELIVERY_UNREADABLE', $3, $4, 'feed/' || $5::text)
on conflict (connection, dedupe) where dedupe <> '' and resolved_at is null
do update set times = dead_letter.times + 1, last_at = now(), message = excluded.message`

// quarantine keeps those that cannot be read for a person, and gives back the others.
func quarantine(ctx context.Context, tx pgx.Tx, h *held, entries []Told) (good []Told, err error) {
	b := &pgx.Batch{}
	for _, t := range entries {
		if t.Odd == "" {
			good = append(good, t)
			continue
		}
		b.Queue(insertOdd, uuid.Must(uuid.NewV7()), h.connection, t.Odd, t.Kept[:min(len(t.Kept), maxKept)], t.Key)
	}
	if b.Len() == 0 {
		return good, nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("quarantine what a feed tells: %w", err)
	}
	return good, nil
}

// missed remembers what no delivery has told of until now; one that was ignored, or left to the feed, came all the same. What a list has
// found, and what was counted as missed since the feed was read last, less the vendor's usual delay, is not missed twice: a list asks the
// same of deliveries, and of entries, before it counts.
func (r *Runner) missed(ctx context.Context, tx pgx.Tx, h *held, entries []Told) error {
	if h.swept.IsZero() || len(entries) == 0 { // what was there before is missed by nobody
		return nil
	}
	var keys, others, kinds, ids []string
	var since []time.Time
	for _, t := range entries {
		if within := r.mirror.Table(t.Ref.Kind).AnnounceWithin; within > 0 {
			others = append(others, cmp.Or(t.Delivery, t.Key))
			keys, kinds, ids, since = append(keys, t.Key), append(kinds, t.Ref.Kind), append(ids, t.Ref.VendorID), append(since, h.swept.Add(-within))
		}
	}
	_, err := tx.Exec(ctx, `insert into unannounced (connection, kind, vendor_id)
		select distinct $1, t.kind, t.id from unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[]) t (kind, id, since, key, other) where not exists (
			select 1 from unannounced u where u.connection = $1 and u.kind = t.kind and u.vendor_id = t.id and (u.counted_at is null or u.counted_at > t.since))
			and not exists (select 1 from delivery d where d.connection = $1 and d.dedupe_key in (t.key, t.other))
		`+again, h.connection, kinds, ids, since, keys, others)
	if err != nil {
		return fmt.Errorf("remember what was not announced: %w", err)
	}
	return nil
}

// unheard are the entries that are news, and the time.
func (r *Runner) unheard(ctx context.Context, tx pgx.Tx, h *held, entries []Told) (fresh []Told, now time.Time, err error) {
	ids := make([]uuid.UUID, len(entries))
	keys, kinds, vendorIDs := make([]string, len(entries)), make([]string, len(entries)), make([]string, len(entries))
	carries := make([]bool, len(entries))
	for i, t := range entries {
		ids[i], keys[i], kinds[i], vendorIDs[i], carries[i] = uuid.Must(uuid.NewV7()), t.Key, t.Ref.Kind, t.Ref.VendorID, t.Snapshot != nil
	}
	rows, err := tx.Query(ctx, insertTold, h.connection, ids, keys, kinds, vendorIDs, carries)
	if err != nil {
		return nil, now, fmt.Errorf("keep what a feed tells: %w", err)
	}
	news := map[uuid.UUID]bool{}
	var id uuid.UUID
	if _, err := pgx.ForEachRow(rows, []any{&id, &now}, func() error { news[id] = true; return nil }); err != nil {
		return nil, now, fmt.Errorf("keep what a feed tells: %w", err)
	}
	for i, t := range entries {
		if news[ids[i]] {
			fresh = append(fresh, t)
		}
	}
	return fresh, now, nil
}
