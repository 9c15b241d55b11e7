package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/deploy/bench/load"
	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
	"github.com/breakwater-acl/breakwater/deploy/bench/report"
)

const (
	changeLook  = 2 * time.Millisecond
	changeLimit = time.Minute
)

// readableSoon measures how soon what webhooks announce can be read.
func (r *rig) readableSoon(ctx context.Context) ([]report.Result, error) {
	got, err := r.alternate(ctx, "webhook to readable", spread, side{"adapter", r.readable})
	if err != nil {
		return nil, err
	}
	var results []report.Result
	for _, q := range []float64{0.5, 0.95, 0.99} {
		results = append(results, report.Plain(fmt.Sprintf("p%.0f", 100*q), report.Millis, each(got[0], millis(q))...))
	}
	return append(results, report.Plain("can be read", report.PerSecond, each(got[0], perSecond)...)), nil
}

// readable edits tickets at the vendor, others than in the turns before, announces them at the pace, and waits until all of
// them can be read. One that has just been looked at would have to wait for its second look: that is for what Halo may serve.
func (r *rig) readable(ctx context.Context, length time.Duration) (run load.Run, err error) {
	first := r.announced
	n := min(int(length.Seconds()*hookPace), len(r.names)-first)
	if r.announced += n; n <= 0 {
		return run, fmt.Errorf("%d tickets are too few for so long", len(r.names))
	}
	uids, err := r.uids(ctx)
	if err != nil {
		return run, err
	}
	var edited atomic.Int64
	_, err = load.Times(ctx, writers, n, func(ctx context.Context, _ int) error {
		return r.vendor.edit(ctx, r.id(first+int(edited.Add(1)-1)), map[string]any{"summary": r.summary()})
	})
	if err != nil {
		return run, err
	}
	w := &watching{rig: r, sent: map[uuid.UUID]time.Time{}, latency: &measure.Histogram{}}
	if err := r.db.QueryRow(ctx, floor).Scan(&w.floor); err != nil {
		return run, err
	}
	began := time.Now()
	if err := r.announceAll(ctx, w, uids, first, n); err != nil {
		return run, err
	}
	run = load.Run{Calls: n, Took: time.Since(began), Latency: w.latency}
	return run, r.drained(ctx) // the second looks
}

// announceAll announces n tickets at the pace while w watches, and waits until it has seen them all.
func (r *rig) announceAll(ctx context.Context, w *watching, uids map[string]uuid.UUID, first, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, changeLimit, fmt.Errorf("not all of them could be read after %v", changeLimit))
	defer cancel()
	seen := make(chan error, 1)
	go func() { seen <- w.watch(ctx, n) }()
	client := caller()
	var next atomic.Int64
	_, err := load.Paced(ctx, mostClients, hookPace, time.Duration(n)*time.Second/hookPace, func(ctx context.Context, _ int) error {
		id := r.id(first + int(next.Add(1)-1))
		w.send(uids[id])
		return r.announce(ctx, client, r.hookURL(), id)
	})
	if err != nil {
		cancel()
	}
	return errors.Join(err, <-seen)
}

func (r *rig) uids(ctx context.Context) (map[string]uuid.UUID, error) {
	rows, err := r.db.Query(ctx, "select vendor_id, uid from ticket where vendor_id is not null")
	if err != nil {
		return nil, err
	}
	uids := map[string]uuid.UUID{}
	var id string
	var uid uuid.UUID
	_, err = pgx.ForEachRow(rows, []any{&id, &uid}, func() error { uids[id] = uid; return nil })
	return uids, err
}

const floor = "select pg_snapshot_xmin(pg_current_snapshot())::text"

// watching looks for changes that can be read.
type watching struct {
	*rig
	floor   string // the oldest transaction that ran at the last look
	latency *measure.Histogram

	mu   sync.Mutex
	sent map[uuid.UUID]time.Time
}

func (w *watching) send(uid uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent[uid] = time.Now()
}

// watch looks until n of those sent have been seen.
func (w *watching) watch(ctx context.Context, n int) error {
	tick := time.NewTicker(changeLook)
	defer tick.Stop()
	for w.latency.Count() < uint64(n) { //nolint:gosec // not negative
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d were seen: %w", w.latency.Count(), n, context.Cause(ctx))
		case <-tick.C:
		}
		if err := w.look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// look takes in the changes that can be read now: those of transactions that were running at the look before, or began since.
func (w *watching) look(ctx context.Context) error {
	var next string
	b := &pgx.Batch{}
	b.Queue(floor).QueryRow(func(row pgx.Row) error { return row.Scan(&next) })
	b.Queue("select uid from change where xid >= $1::text::xid8 and kind = 'ticket'", w.floor).Query(func(rows pgx.Rows) error {
		var uid uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&uid}, func() error { w.see(uid); return nil })
		return err
	})
	err := w.db.SendBatch(ctx, b).Close()
	w.floor = next
	return err
}

func (w *watching) see(uid uuid.UUID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if at, ok := w.sent[uid]; ok {
		w.latency.Record(time.Since(at))
		delete(w.sent, uid)
	}
}
