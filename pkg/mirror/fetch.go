package mirror

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

const queueFetch = `
insert into job (id, format, connection, kind, vendor_id, lane, class, operation, state, runnable_at, again_at)
values ($1, $2, $3, $4, $5, 'fetch/' || $4::text || '/' || $5::text, 1, 'Fetch', 1,
	greatest(coalesce($6, now()), (select until from pace where connection = $3 and kind = $4 and vendor_id = $5)), coalesce($7, now())) ` + joinFetch

const joinFetch = `on conflict (connection, kind, vendor_id) where class = 1 and state in (0, 1)
do update set runnable_at = least(job.runnable_at, excluded.runnable_at), again_at = greatest(job.again_at, excluded.again_at)`

// FetchFormat is the number of the format of fetch jobs.
const FetchFormat = 1

// QueueFetch asks for one look at the entity, opened at notBefore or later (zero: now), and joins it with a fetch that
// is still queued; never with one that is running, whose request may have left before the news.
func QueueFetch(ctx context.Context, q pg.Querier, connection string, ref Ref, notBefore time.Time) error {
	return LookAt(ref, notBefore).queue(ctx, q, connection)
}

// Hint asks for the looks of a hint.
func (s *Store) Hint(ctx context.Context, q pg.Querier, connection string, ref Ref, at Moment) error {
	return s.Hinted(ref, at.At).queue(ctx, q, connection)
}

// hinted are the refs that somebody is told of, and queueHints queues a hint for those of them that count, at the moment at which the
// transaction began. Deliveries of the same thing join; everybody locks jobs in the same order.
const (
	hinted = `
with ref as (select * from unnest($2::uuid[], $3::text[], $4::text[], $5::float8[], $6::text[], $9::boolean[], $10::boolean[])
	r (id, kind, vendor_id, lag, word, fed, soon)), `

	queueHints = `
insert into job (id, format, connection, kind, vendor_id, lane, class, operation, state, runnable_at, again_at)
select distinct on (kind collate "C", vendor_id collate "C") id, $7, $1, kind, vendor_id, 'fetch/' || kind || '/' || vendor_id, 1, 'Fetch', 1,
	greatest(now() + case when soon then interval '0' else $8::interval end, (select until from pace p where p.connection = $1 and p.kind = ref.kind and p.vendor_id = ref.vendor_id)),
	now() + make_interval(secs => lag)
from ref join told using (id) where kind <> '' and not fed order by kind collate "C", vendor_id collate "C" ` + joinFetch
)

// Told is something that somebody has just been told of, and the teller's word for it.
type Told struct {
	ID   uuid.UUID
	Ref  Ref // a zero Kind: no hint
	Word string
	Fed  bool // a feed is left to tell it: no hint either
	Soon bool // it would have been applied, and nothing else brings it: its look does not wait
}

// maxWord bounds a word and a vendor's id, in bytes: an index takes no more than some thousands.
const maxWord = 500

// Word is s as a teller's word is kept: one that is too long, or that Postgres cannot keep, by its digest.
func Word(s string) string {
	if len(s) <= maxWord && pg.IsText(s) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "sha256/" + hex.EncodeToString(sum[:])
}

// QueueHints queues in b, in one statement with telling, a hint of each that counts. Telling is a list of common table expressions: one
// of them is told (id), those that count; it knows the connection as $1 and all of them as ref (id, kind, vendor_id, word, fed). The rows
// that are affected are the hints that were queued or joined.
func (s *Store) QueueHints(b *pgx.Batch, telling, connection string, all []Told) *pgx.QueuedQuery {
	n := len(all)
	ids, kinds, vendorIDs, words, lags := make([]uuid.UUID, n), make([]string, n), make([]string, n), make([]string, n), make([]float64, n)
	fed, soon := make([]bool, n), make([]bool, n)
	for i, x := range all {
		ids[i], kinds[i], vendorIDs[i], words[i], fed[i], soon[i] = x.ID, x.Ref.Kind, x.Ref.VendorID, x.Word, x.Fed, x.Soon
		if t := s.byName[x.Ref.Kind]; t != nil {
			lags[i] = t.ReadLag().Seconds()
		}
	}
	return b.Queue(hinted+telling+queueHints, connection, ids, kinds, vendorIDs, lags, words, FetchFormat, s.patience(connection), fed, soon)
}

// Look is a fetch to be queued: it may run from first on, and one opened before last is not the last that is needed.
type Look struct {
	Ref
	first, last time.Time
	news        bool // nothing but news asks for it: it can wait
	paces       bool // no look, but what spaces the others
}

// LookAt is one look at ref, opened at notBefore or later; zero: now.
func LookAt(ref Ref, notBefore time.Time) Look {
	return Look{Ref: ref, first: notBefore, last: notBefore}
}

// Hinted is a look at ref now and, where the kind has a read lag, another when the lag has passed: only that one spends
// the hint, because the first may have been served a stale state.
func (s *Store) Hinted(ref Ref, at time.Time) Look {
	l := LookAt(ref, at)
	l.news = true
	if t := s.byName[ref.Kind]; t != nil {
		l.last = at.Add(t.ReadLag())
	}
	return l
}

// looks are what a verdict asks for.
func (v Verdict) looks(ref Ref, now Moment) []Look {
	switch {
	case v.FetchAt.IsZero():
		return nil
	case v.Soon:
		return []Look{{Ref: ref, first: now.At, last: v.FetchAt, news: v.news}}
	}
	return []Look{{Ref: ref, first: v.FetchAt, last: v.FetchAt, news: v.news}}
}

func (l Look) args(connection string) []any {
	if l.paces {
		return []any{connection, l.Kind, l.VendorID}
	}
	return []any{newID(), FetchFormat, connection, l.Kind, l.VendorID, nullable(l.first), nullable(l.last)}
}

func (l Look) sql() string {
	if l.paces {
		return keepPace
	}
	return queueFetch
}

func (l Look) queue(ctx context.Context, q pg.Querier, connection string) error {
	if _, err := q.Exec(ctx, l.sql(), l.args(connection)...); err != nil {
		return fmt.Errorf("queue a fetch of %s %s: %w", l.Kind, l.VendorID, err)
	}
	return nil
}

// jobs are what an Apply does to the job table. They wait until every entity is locked, and the fetches are in order:
// entities before jobs, and those always in the same order, so that two of us cannot wait for each other.
type jobs struct {
	unfold []uuid.UUID
	looks  []Look
	born   []born
	wait   time.Duration // of looks that can
}

func (j *jobs) flush(ctx context.Context, tx pgx.Tx, connection string) error {
	b := &pgx.Batch{}
	if j.queue(b, connection); b.Len() == 0 {
		return nil
	}
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("queue fetches: %w", err)
	}
	return nil
}

func (j *jobs) queue(b *pgx.Batch, connection string) {
	if len(j.unfold) > 0 {
		b.Queue(unfold, j.unfold)
	}
	looks := slices.DeleteFunc(slices.Clone(j.looks), func(l Look) bool { return l.VendorID == "" })
	slices.SortStableFunc(looks, func(x, y Look) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.VendorID, y.VendorID))
	})
	for _, l := range looks {
		if l.news {
			l.first = l.first.Add(j.wait)
		}
		b.Queue(l.sql(), l.args(connection)...)
	}
	for _, x := range j.born {
		x.queue(b, connection)
	}
}
