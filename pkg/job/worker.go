package job

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Config is how a replica works. The zero value works.
type Config struct {
	Replica string        // its name, for people
	Slots   int           // attempts at once per connection; default 8
	Total   int           // attempts at once in all; default 64
	Attempt time.Duration // an attempt's deadline, from before the claim; default 40 s
	Lease   time.Duration // default 60 s; must be longer than Attempt
	Scan    time.Duration // between two slow scans; default 5 s
	Retries Retries
}

// WithDefaults is c with its zero values filled in.
func (c Config) WithDefaults() Config {
	set(&c.Slots, 8)
	c.Slots = max(c.Slots, 2) // one of them is never a write's
	set(&c.Total, 64)
	set(&c.Attempt, 40*time.Second)
	set(&c.Lease, c.Attempt+20*time.Second)
	set(&c.Scan, 5*time.Second)
	set(&c.Retries.MaxAge, 24*time.Hour)
	set(&c.Retries.MinLook, time.Minute)
	if len(c.Retries.Schedule) == 0 {
		c.Retries.Schedule = backoff.Default()
	}
	if c.Retries.Random == nil {
		c.Retries.Random = rand.Float64
	}
	return c
}

func set[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// Worker makes the jobs of every connection of one replica.
type Worker struct {
	store   *Store
	mirror  *mirror.Store
	fetch   map[string]Fetch // by kind
	cfg     Config
	log     *slog.Logger
	metrics *metrics
	lines   map[string]*line // by connection
	total   chan struct{}

	mu      sync.Mutex
	waiting []*line // for a place in total, in the order in which they came
}

// NewWorker works for these connections; fetch has one entry per kind that can be fetched.
func NewWorker(s *Store, m *mirror.Store, fetch map[string]Fetch, connections []string, cfg Config, log *slog.Logger) *Worker {
	w := &Worker{
		store: s, mirror: m, fetch: fetch, cfg: cfg.WithDefaults(), log: log, metrics: newMetrics(),
		lines: make(map[string]*line, len(connections)),
	}
	w.total = make(chan struct{}, w.cfg.Total)
	for _, c := range connections {
		w.lines[c] = &line{worker: w, connection: c, nudge: make(chan struct{}, 1), slots: make(chan struct{}, w.cfg.Slots)}
	}
	return w
}

// Wake makes the worker look at a connection's jobs soon. It never blocks.
func (w *Worker) Wake(connection string) {
	if l := w.lines[connection]; l != nil {
		l.wake()
	}
}

// Run works until ctx ends, and then waits for the attempts under way: their own deadlines bound that.
func (w *Worker) Run(ctx context.Context) error {
	w.store.serve(w)
	var g errgroup.Group
	for _, l := range w.lines {
		g.Go(func() error { l.run(ctx); return nil })
	}
	g.Go(func() error { w.scan(ctx); return nil })
	g.Go(func() error { w.batches(ctx); return nil })
	err := g.Wait()
	if left := w.store.letGo(context.WithoutCancel(ctx)); left != nil { // nobody scans any more
		w.log.WarnContext(ctx, "claims not let go", "error", left)
	}
	return err
}

// scan runs the slow scan, at a rate that differs between replicas.
func (w *Worker) scan(ctx context.Context) {
	for {
		if err := w.store.Scan(ctx); err != nil && ctx.Err() == nil {
			w.log.WarnContext(ctx, "jobs not scanned", "error", err)
		}
		pause := time.Duration((0.75 + 0.5*w.cfg.Retries.Random()) * float64(w.cfg.Scan))
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

func (w *Worker) claims() Claims {
	return Claims{Replica: w.cfg.Replica, Attempt: w.cfg.Attempt, Lease: w.cfg.Lease}
}

// queue remembers a line that found no place: connections take turns.
func (w *Worker) queue(l *line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.waiting, l) {
		w.waiting = append(w.waiting, l)
	}
}

// crowded reports whether a line waits for a place.
func (w *Worker) crowded() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.waiting) > 0
}

// next wakes the line that has waited longest for a place.
func (w *Worker) next() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.waiting) > 0 {
		w.waiting[0].wake()
		w.waiting = w.waiting[1:]
	}
}
