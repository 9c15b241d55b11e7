package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Config is how a replica sweeps. The zero value works.
type Config struct {
	Replica string
	Poll    time.Duration // how often it looks for what is due; default 1 s
	Lease   time.Duration // for one page; default 2 min
	Random  func() float64
}

// Runner runs the sweeps of one replica: one at a time per connection.
type Runner struct {
	db        *pgxpool.Pool
	mirror    *mirror.Store
	plans     []Plan
	conns     []string
	unensured []string // connections whose cursors have not been made yet
	cfg       Config
	log       *slog.Logger
	wake      func(connection string) // fetches were queued
	shapes    *shapes

	mu   sync.Mutex
	busy map[string]bool
}

// New runs these plans for these connections. wake is told when a page queued fetches.
func New(db *pgxpool.Pool, m *mirror.Store, plans []Plan, connections []string, cfg Config, wake func(string), log *slog.Logger) *Runner {
	if cfg.Poll <= 0 {
		cfg.Poll = time.Second
	}
	if cfg.Lease <= 0 {
		cfg.Lease = 2 * time.Minute
	}
	if cfg.Random == nil {
		cfg.Random = func() float64 { return 0.5 }
	}
	return &Runner{
		db: db, mirror: m, plans: plans, conns: connections, unensured: connections, cfg: cfg, log: log, wake: wake,
		shapes: newShapes(), busy: map[string]bool{},
	}
}

// Run sweeps until ctx ends; the page under way is finished or given up with its request.
func (r *Runner) Run(ctx context.Context) error {
	var under sync.WaitGroup
	defer under.Wait()
	tick := time.NewTicker(r.cfg.Poll)
	defer tick.Stop()
	for {
		if err := errors.Join(r.ensure(ctx), r.start(ctx, &under)); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "sweeps not started", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// ensure makes the cursors of all connections, once: where Postgres is away just then, it is tried again.
func (r *Runner) ensure(ctx context.Context) error {
	for len(r.unensured) > 0 {
		if err := Ensure(ctx, r.db, r.unensured[0], r.kinds()); err != nil {
			return err
		}
		r.unensured = r.unensured[1:]
	}
	return nil
}

func (r *Runner) kinds() []string {
	kinds := make([]string, 0, len(r.plans))
	for _, p := range r.plans {
		kinds = append(kinds, p.Kind)
	}
	return kinds
}

// due picks the kind of each connection that has been due longest, and whose parents are there.
const due = `
select distinct on (c.connection) c.connection, c.kind
from cursor c join unnest($2::text[], $3::text[]) plan (kind, after) on plan.kind = c.kind
where c.connection = any($1) and next_at <= now() and (lease_until is null or lease_until < now())
	and (plan.after = '' or exists (
		select 1 from cursor p where p.connection = c.connection and p.kind = plan.after and p.swept_at is not null))
order by c.connection, next_at`

func (r *Runner) afters() []string {
	afters := make([]string, 0, len(r.plans))
	for _, p := range r.plans {
		afters = append(afters, p.After)
	}
	return afters
}

// start begins what is due, one kind of each connection at a time, whichever has been due longest.
func (r *Runner) start(ctx context.Context, under *sync.WaitGroup) error {
	rows, err := r.db.Query(ctx, due, r.conns, r.kinds(), r.afters())
	if err != nil {
		return fmt.Errorf("look for sweeps that are due: %w", err)
	}
	var connection, kind string
	_, err = pgx.ForEachRow(rows, []any{&connection, &kind}, func() error {
		c, p := connection, r.plan(kind)
		if !r.occupy(c) {
			return nil
		}
		under.Go(func() {
			defer r.vacate(c)
			if err := r.sweep(ctx, c, p); err != nil && ctx.Err() == nil {
				r.log.WarnContext(ctx, "sweep stopped", "connection", c, "kind", p.Kind, "error", err)
			}
		})
		return nil
	})
	return err
}

func (r *Runner) plan(kind string) Plan {
	for _, p := range r.plans {
		if p.Kind == kind {
			return p
		}
	}
	return Plan{}
}

func (r *Runner) occupy(connection string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[connection] {
		return false
	}
	r.busy[connection] = true
	return true
}

func (r *Runner) vacate(connection string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.busy, connection)
}

// sweep reads pages until the window's end, the budget's end, or trouble.
func (r *Runner) sweep(ctx context.Context, connection string, p Plan) error {
	h, err := take(ctx, r.db, connection, p.Kind, r.cfg.Replica, r.cfg.Lease)
	if err != nil || h == nil {
		return err
	}
	for ctx.Err() == nil {
		page, err := r.read(ctx, h, p)
		if err != nil {
			return r.trouble(ctx, h, p, err)
		}
		if err := r.apply(ctx, h, page); err != nil {
			return r.trouble(ctx, h, p, err)
		}
		if page.Yield {
			return h.pause(ctx, r.db, 0, "", false)
		}
		if !page.More {
			return h.finish(ctx, r.db, p.Every, page.Complete, r.behind(p))
		}
	}
	return h.pause(context.WithoutCancel(ctx), r.db, 0, "", false)
}

// behind is how much of what a sweep has seen may be missing from it at its end.
func (r *Runner) behind(p Plan) time.Duration {
	if t := r.mirror.Table(p.Kind); t != nil {
		return max(p.Lag, t.ReadLag())
	}
	return p.Lag
}

// read reads one page and holds it against what the filter promised.
// class is whose budget a sweep uses: the first is a backfill.
func (h *held) class() budget.Class {
	if h.swept.IsZero() {
		return budget.Backfill
	}
	return budget.Sweep
}

func (r *Runner) read(ctx context.Context, h *held, p Plan) (Page, error) {
	reading, cancel := context.WithTimeout(ctx, r.cfg.Lease/2)
	defer cancel()
	reading, done := gate.With(reading, "", h.class(), 0)
	defer done()
	page, err := p.Next(reading, h.connection, h.place)
	page.sift()
	r.shapes.broken(ctx, h, page.Drifted)
	switch {
	case err != nil:
		return page, err
	case page.drowning():
		odd, rows := page.odd()
		return page, &fault.Error{
			Kind: fault.Drift, Reason: "SCHEMA_DRIFT", Field: page.field(),
			Message: fmt.Sprintf("%d of %d rows break the shape that is relied on", odd, rows),
		}
	case page.Unfiltered():
		return page, &fault.Error{Kind: fault.Drift, Reason: FilterIgnored, Message: "rows came from outside the window that was asked for"}
	}
	return page, nil
}

// FilterIgnored is the reason of a sweep that found that the vendor ignores its filter.
const FilterIgnored = "FILTER_IGNORED"

// OrderIgnored begins the alert of one that found that the vendor lists in another order than it was asked for.
const OrderIgnored = "ORDER_IGNORED"

func (r *Runner) apply(ctx context.Context, h *held, p Page) error {
	for i := range p.Observations {
		p.Observations[i].Source, p.Observations[i].Opened = mirror.Sweep, h.opened
	}
	p.rows = len(p.Observations)
	var gone absences
	var fields fields
	// A page that was read is applied also when the service is told to stop: it is bounded, and cutting a batch off in
	// the middle costs more.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Lease/2)
	defer cancel()
	err := pg.InTx(ctx, r.db, func(tx pgx.Tx) (err error) {
		if gone, err = r.absences(ctx, tx, h, p); err != nil {
			return err
		}
		told, err := r.told(ctx, tx, h, p.Told)
		if err != nil {
			return err
		}
		looks, err := r.looks(ctx, tx, h, p)
		if err != nil {
			return err
		}
		results, err := r.mirror.Apply(ctx, tx, h.connection, slices.Concat(p.Observations, gone.suspected, told.states), append(looks, told.looks...)...)
		if err != nil {
			return err
		}
		if err := h.spare(ctx, tx, p, results[:len(p.Observations)]); err != nil {
			return err
		}
		if err := r.unannounced(ctx, tx, h, results[:len(results)-len(told.states)]); err != nil {
			return err
		}
		if err := r.missed(ctx, tx, h, told.fresh); err != nil {
			return err
		}
		if err := keep(ctx, tx, h, p.Drifted); err != nil {
			return err
		}
		if fields, err = r.shapes.learn(ctx, tx, h, p.Observations); err != nil {
			return err
		}
		if err := h.save(ctx, tx, p, gone, r.cfg.Lease); err != nil || !p.Gap {
			return err
		}
		return anew(ctx, tx, h.connection, r.plan(h.kind).Feeds)
	})
	if err != nil {
		return fmt.Errorf("apply a page of %s: %w", h.kind, err)
	}
	h.place, h.list = p.Place, gone.list
	r.shapes.learned(ctx, h, fields, r.log)
	if p.Alert != h.alert && p.Alert != "" {
		r.log.ErrorContext(ctx, "the vendor does not keep what a sweep relies on", "connection", h.connection, "kind", h.kind, "alert", p.Alert)
	}
	h.alert = p.Alert
	if p.Gap {
		r.log.ErrorContext(ctx, "a feed lacks a part of what has happened: its kinds are swept anew", "connection", h.connection, "kind", h.kind)
	}
	if gone.withheld != nil && *gone.withheld > 0 {
		r.log.ErrorContext(ctx, "a whole listing lacks more than can be believed", "connection", h.connection, "kind", h.kind, "absent", *gone.withheld)
	}
	r.wake(h.connection)
	return nil
}

// looks are what the page asks for: at what it names as deleted, as far as the mirror holds it alive, at what it tells to live on as
// another, as far as the mirror has it under its old id, be it as deleted, and at what a list of children does not name.
func (r *Runner) looks(ctx context.Context, tx pgx.Tx, h *held, p Page) (looks []mirror.Look, err error) {
	ask := func(row mirror.Ref, more string, at mirror.Ref) error {
		has, err := r.has(ctx, tx, h.connection, row, more)
		if has {
			looks = append(looks, mirror.LookAt(at, time.Time{}))
		}
		return err
	}
	for _, ref := range p.Hints {
		if err := ask(ref, "and deleted_at is null", ref); err != nil {
			return nil, err
		}
	}
	for _, m := range p.Merged {
		if err := ask(m.From, "", m.Look); err != nil {
			return nil, err
		}
	}
	unnamed, err := r.unnamed(ctx, tx, h, p.Children)
	return append(looks, unnamed...), err
}

// has reports whether the mirror has a row of the vendor's id of which more is true.
func (r *Runner) has(ctx context.Context, tx pgx.Tx, connection string, row mirror.Ref, more string) (has bool, err error) {
	sql := fmt.Sprintf(`select exists (select 1 from %s where connection = $1 and vendor_id = $2 %s)`, r.mirror.Table(row.Kind).Table, more)
	err = tx.QueryRow(ctx, sql, connection, row.VendorID).Scan(&has)
	return has, err
}

// Later reports a read that has to wait, as the budget has no call left for it: that is no failure. What was read of a page before it
// should count, or a budget of a call now and then is spent on the same reads again and again.
func Later(err error) bool {
	f := fault.Of(err)
	return err != nil && f.Kind == fault.Unavailable && !f.MayApply && f.RetryAfter > 0
}

// trouble gives the lease back and says when to go on. A budget without calls left is no failure.
func (r *Runner) trouble(ctx context.Context, h *held, p Plan, err error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	f := fault.Of(err)
	if Later(err) {
		return h.pause(ctx, r.db, f.RetryAfter, "", false)
	}
	if f.Reason == FilterIgnored && p.Unfiltered != nil {
		h.place = p.Unfiltered(h.place)
		r.log.ErrorContext(ctx, "the vendor ignores the sweep's filter", "connection", h.connection, "kind", h.kind)
		return h.pause(ctx, r.db, 0, FilterIgnored, false)
	}
	wait := max(backoff.Default().After(h.failures+1, r.cfg.Random()), f.RetryAfter)
	if wait > p.Every && p.Every > 0 {
		wait = p.Every
	}
	if saved := h.pause(ctx, r.db, wait, text(f), true); saved != nil {
		return saved
	}
	return err
}

// text is the beginning of what f says.
func text(f *fault.Error) string {
	s := f.Error()
	return pg.Text(s[:min(len(s), 500)])
}
