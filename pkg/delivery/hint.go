package delivery

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// telling records notices, in an order that all share; a repeat is told by its key. A change that one tells of was not missed.
const telling = `
told as (
	insert into delivery (id, connection, dedupe_key, kind, vendor_id, outcome)
	select distinct on (word) id, $1, word, kind, vendor_id, case when kind = '' or fed then 'ignored' else 'fetch' end from ref order by word, kind desc
	` + heard + ` returning id),
announced as (
	delete from unannounced u using ref join told using (id)
	where u.connection = $1 and u.kind = ref.kind and u.vendor_id = ref.vendor_id and u.counted_at is null)`

// told is what is recorded of the notice. Without a key it is known by its own id.
func (n Notice) told() mirror.Told {
	id := uuid.Must(uuid.NewV7())
	return mirror.Told{ID: id, Ref: n.Ref, Word: cmp.Or(mirror.Word(n.Key), id.String()), Fed: n.left, Soon: carries(n)}
}

// hint queues in b the statement that records notices, and hints at what those that are no repeats are about.
func hint(b *pgx.Batch, m *mirror.Store, connection string, notices []Notice, queued *bool) {
	if len(notices) == 0 {
		return
	}
	all := make([]mirror.Told, len(notices))
	for i, n := range notices {
		all[i] = n.told()
	}
	m.QueueHints(b, telling, connection, all).Exec(func(ct pgconn.CommandTag) error {
		*queued = *queued || ct.RowsAffected() > 0
		return nil
	})
}

// fewNotices: a call that tells of more is recorded by itself.
const fewNotices = 16

// The ways in which notices are taken in.
const (
	hinted  = "hinted"
	applied = "applied"
)

// call is one to be recorded with others.
type call struct {
	connection string
	way        string
	notices    []Notice
	queued     bool // a fetch may have been, and nobody is woken for it yet
}

// impatient lets a group not wait for what one of its calls would have to wait for: then each goes alone.
func impatient(b *pgx.Batch) { b.Queue(`select set_config('lock_timeout', '50ms', true)`) }

// round records all of them or none. A group does not end with the request that leads it.
func (r *Receiver) round(ctx context.Context, all []*call) ([]bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), takeLimit)
	defer cancel()
	var notices []Notice
	for _, c := range all {
		notices = append(notices, c.notices...)
	}
	queued, err := r.write(ctx, all[0].connection, all[0].way, notices, impatient)
	all[0].queued = queued // one of them wakes for all
	return slices.Repeat([]bool{err == nil}, len(all)), err
}

// failed tells of a group that failed; that one did not wait is no failure.
func (r *Receiver) failed(ctx context.Context, connection string, n int, err error) {
	if r.Failed != nil && !locked(err) {
		r.Failed(ctx, "record", connection, n, err)
	}
}

// hint records notices, and hints at what they are about.
func (r *Receiver) hint(ctx context.Context, connection string, notices []Notice, first func(*pgx.Batch)) (queued bool, err error) {
	err = pg.InBatch(ctx, r.db, func(b *pgx.Batch) {
		queued = false
		first(b)
		hint(b, r.mirror, connection, notices, &queued)
	})
	return queued, err
}
