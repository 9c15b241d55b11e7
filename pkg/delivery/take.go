package delivery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// maxNotices bounds what one call may tell.
const maxNotices = 1000

// insert records notices of which some carry states; a repeat, also among them, is told by its key. A change that one tells of was not
// missed; that of a mere hint may be another than the one that was counted.
const insert = `
with n as (select * from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[]) n (id, word, kind, vendor_id, carries, fed)),
told as (
	insert into delivery (id, connection, dedupe_key, kind, vendor_id, outcome)
	select distinct on (word) id, $1, word, kind, vendor_id, case when carries then 'applied' when kind = '' or fed then 'ignored' else 'fetch' end
	from n order by word, carries desc, kind desc, id
	` + heard + ` returning id, kind),
announced as (
	delete from unannounced u using n join told using (id)
	where u.connection = $1 and u.kind = n.kind and u.vendor_id = n.vendor_id and (n.carries or u.counted_at is null))
select id, now() from told where kind <> ''`

// heard: a repeat of what was ignored when it came first, by an adapter that knew less, is none.
const heard = `
on conflict (connection, dedupe_key) do update set id = excluded.id, kind = excluded.kind, vendor_id = excluded.vendor_id, outcome = excluded.outcome
where delivery.outcome = 'ignored' and excluded.outcome <> 'ignored'`

// take records what a call tells, and applies or hints at it, in one transaction. Where a snapshot's row is locked for
// longer than a vendor should wait, it is recorded with a fetch instead. A repeat wakes nobody.
func (r *Receiver) take(ctx context.Context, connection string, notices []Notice, proof Proof, body []byte) error {
	if len(notices) > maxNotices {
		return r.quarantine(ctx, connection, body, tooMany(notices))
	}
	for i := range notices {
		notices[i].left = notices[i].Fed && !carries(notices[i]) && r.mirror.Waits(connection) && (r.Fed == nil || r.Fed(connection, notices[i].Ref.Kind))
	}
	queued, err := r.record(ctx, connection, notices, proof == Verified)
	if locked(err) && slices.ContainsFunc(notices, carries) {
		queued, err = r.record(ctx, connection, notices, false)
	}
	if err == nil && queued {
		r.wake(connection)
	}
	return err
}

// record says whether a fetch may have been queued and somebody is to be woken for it. Calls of a connection that come while others
// commit go together, each answered when its own commit is done: those that carry states, and those that do not.
func (r *Receiver) record(ctx context.Context, connection string, notices []Notice, apply bool) (queued bool, err error) {
	if len(notices) == 0 {
		return false, nil
	}
	c := &call{connection: connection, notices: notices, way: hinted}
	if apply && slices.ContainsFunc(notices, carries) {
		c.way = applied
	}
	if len(notices) <= fewNotices && r.together.Do(ctx, connection, c.way, c) {
		return c.queued, nil
	}
	err = r.shares[connection].byItself(ctx, func() (err error) {
		queued, err = r.write(ctx, connection, c.way, notices, func(*pgx.Batch) {})
		return err
	})
	return queued, err
}

// write records notices in one transaction.
func (r *Receiver) write(ctx context.Context, connection, way string, notices []Notice, first func(*pgx.Batch)) (queued bool, err error) {
	if way == hinted {
		return r.hint(ctx, connection, notices, first)
	}
	err = pg.InTxOfMany(ctx, r.db, func(tx pgx.Tx) (err error) { queued, err = r.apply(ctx, tx, connection, notices, first); return err })
	return queued, err
}

func carries(n Notice) bool { return n.Snapshot != nil && n.Ref.Kind != "" }

// apply applies the snapshots among the notices that are no repeats, and hints at the rest: all words are locked before entities, and
// those before all looks, or two calls could wait for each other.
func (r *Receiver) apply(ctx context.Context, tx pgx.Tx, connection string, notices []Notice, first func(*pgx.Batch)) (queued bool, err error) {
	b := &pgx.Batch{}
	first(b)
	news := unheard(b, connection, notices)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return false, fmt.Errorf("record what carries states: %w", err)
	}
	var states []mirror.Observation
	var looks []mirror.Look
	for _, n := range news.fresh {
		if n.left {
			continue
		}
		if !carries(n) {
			looks = append(looks, r.mirror.Hinted(n.Ref, news.at))
			continue
		}
		o := *n.Snapshot
		o.Source = mirror.Snapshot
		states = append(states, o)
	}
	if len(news.fresh) == 0 {
		return false, nil
	}
	_, err = r.mirror.Apply(ctx, tx, connection, states, looks...)
	return true, err
}

// news are the notices that count and are no repeats, in the order in which they came, and the time.
type news struct {
	fresh []Notice
	at    time.Time
}

// unheard queues in b the statement that records notices; the news is there once it was sent.
func unheard(b *pgx.Batch, connection string, notices []Notice) *news {
	n := len(notices)
	ids, words, carry := make([]uuid.UUID, n), make([]string, n), make([]bool, n)
	kinds, entities, fed := make([]string, n), make([]string, n), make([]bool, n)
	for i, n := range notices {
		x := n.told()
		ids[i], words[i], kinds[i], entities[i], carry[i], fed[i] = x.ID, x.Word, n.Ref.Kind, n.Ref.VendorID, carries(n), n.left
	}
	news := &news{}
	b.Queue(insert, connection, ids, words, kinds, entities, carry, fed).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		recorded := map[uuid.UUID]bool{}
		_, err := pgx.ForEachRow(rows, []any{&id, &news.at}, func() error { recorded[id] = true; return nil })
		for i, n := range notices {
			if recorded[ids[i]] {
				news.fresh = append(news.fresh, n)
			}
		}
		return err
	})
	return news
}

// locked reports that a row could not be locked in time.
func locked(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "55P03"
}

// maxKept bounds what is kept of a call that could not be read.
const maxKept = 64 << 10

// keep: the same body sent again is kept once, and told once while nobody has dealt with it.
const keep = `
with kept as (
	insert into delivery (id, connection, dedupe_key, outcome, body) values ($1, $2, $3, 'quarantined', $4)
	on conflict (connection, dedupe_key) do update set received_at = now())
insert into dead_letter (id, connection, kind, class, reason, message, payload, dedupe)
values ($5, $2, '', 'SCHEMA_DRIFT', 'DELIVERY_UNREADABLE', $6, $4, $3)
on conflict (connection, dedupe) where dedupe <> '' and resolved_at is null
do update set times = dead_letter.times + 1, last_at = now(), message = excluded.message`

// quarantine keeps a proven call that could not be read, for a person.
func (r *Receiver) quarantine(ctx context.Context, connection string, body []byte, why error) error {
	sum := sha256.Sum256(body)
	if s, scrubs := r.hook.(Scrubber); scrubs {
		body = s.Scrub(body)
	}
	if len(body) > maxKept {
		body, why = body[:maxKept], fmt.Errorf("%w (only its first %d bytes are kept)", why, maxKept)
	}
	err := r.shares[connection].byItself(ctx, func() error {
		_, err := r.db.Exec(ctx, keep, uuid.Must(uuid.NewV7()), connection, "quarantine/"+hex.EncodeToString(sum[:]), body,
			uuid.Must(uuid.NewV7()), pg.Text(why.Error()))
		return err
	})
	if err != nil {
		return fmt.Errorf("quarantine a delivery: %w", err)
	}
	return nil
}

// Retake takes in again, in tx, a quarantined call: what it points at is looked at again. A snapshot in it is not believed
// any more: it is old by now. fault.Invalid: it still cannot be read.
func (r *Receiver) Retake(ctx context.Context, tx pgx.Tx, connection string, body []byte) error {
	notices, err := r.read(connection, body)
	if err == nil && len(notices) > maxNotices {
		err = tooMany(notices)
	}
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, Reason: "DELIVERY_UNREADABLE", Message: pg.Text(err.Error())}
	}
	b, queued := &pgx.Batch{}, false
	if hint(b, r.mirror, connection, notices, &queued); b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("take in a delivery: %w", err)
	}
	return nil
}

// read reads a call that names only what can be mirrored.
func (r *Receiver) read(connection string, body []byte) ([]Notice, error) {
	notices, err := r.hook.Read(connection, body)
	if err == nil && slices.ContainsFunc(notices, func(n Notice) bool { return !n.Ref.Valid() }) {
		err = errors.New("it names an id that nothing can have")
	}
	return notices, err
}

func tooMany(notices []Notice) error {
	return fmt.Errorf("it tells of %d things, at most %d are taken", len(notices), maxNotices)
}

// Forget deletes up to limit deliveries received before at. It reports how many.
func Forget(ctx context.Context, q pg.Querier, at time.Time, limit int) (int64, error) {
	ct, err := q.Exec(ctx, `delete from delivery where id in (select id from delivery where received_at < $1 limit $2)`, at, limit)
	return ct.RowsAffected(), err
}
