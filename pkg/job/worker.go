package job

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/budget"
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
	return g.Wait()
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

// line is the queue of one connection in one replica. It holds no more than its share of slots, and another
// connection's troubles never fill them.
type line struct {
	worker     *Worker
	connection string
	nudge      chan struct{}
	slots      chan struct{}
	writing    atomic.Int64 // writes among the attempts under way, and places kept for them
	dry        atomic.Bool  // the last look took all that was due: only news is worth another
	level      atomic.Bool  // so did the last one that has ended: what is accepted now may be handed over
	under      sync.WaitGroup

	mu   sync.Mutex
	open bool // it runs: writes may be handed to it
}

func (l *line) wake() {
	select {
	case l.nudge <- struct{}{}:
	default:
	}
}

func (l *line) run(ctx context.Context) {
	l.admit(true)
	defer l.under.Wait()
	defer l.admit(false)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.nudge:
		case <-timer.C:
		}
		timer.Reset(l.turn(ctx))
	}
}

// admit says whether writes may be handed over.
func (l *line) admit(open bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = open
}

// turn claims as much as it can start at once, and says when to look again unless woken before.
func (l *line) turn(ctx context.Context) time.Duration {
	w := l.worker
	l.dry.Store(false)                                       // before the slots are counted: one that becomes free from here on wakes
	if wait := w.store.gate.Closed(l.connection); wait > 0 { // the gate is asked first: what it would refuse is not looked for
		l.level.Store(false)
		return min(wait, w.cfg.Scan)
	}
	free, crowded := l.reserve(cap(l.slots))
	if crowded && free == 0 {
		w.queue(l)
	}
	if free == 0 {
		l.level.Store(false)
		return w.cfg.Scan // a slot that becomes free wakes
	}
	began := time.Now()
	writes := min(free, cap(l.slots)-1-int(l.writing.Load())) // however many writes are queued, one slot is left for fetches
	got, err := l.claim(ctx, writes, free)
	if err != nil {
		if ctx.Err() == nil {
			w.log.WarnContext(ctx, "jobs not claimed", "connection", l.connection, "error", err)
		}
		l.level.Store(false)
		l.release(free)
		return w.cfg.Scan
	}
	dry := len(got.Jobs) < free && got.Held == 0 && writesIn(got.Jobs) < writes
	l.dry.Store(dry)
	l.level.Store(dry)
	l.start(ctx, got.Jobs, began)
	l.release(free - len(got.Jobs))
	switch {
	case len(got.Jobs) == free:
		l.wake() // there may be more
	case got.Held > 0:
		return min(got.Held, w.cfg.Scan)
	case got.Next != nil:
		return min(max(*got.Next, leastWait), w.cfg.Scan)
	}
	return w.cfg.Scan
}

// writesIn is how many of claimed are writes.
func writesIn(claimed []*Job) (n int) {
	for _, j := range claimed {
		if j.Class == budget.Write {
			n++
		}
	}
	return n
}

// claim is not cut off when the service is told to stop: what is claimed and not started would count as sent.
func (l *line) claim(ctx context.Context, writes, total int) (Taken, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimPeriod)
	defer cancel()
	return l.worker.store.Claim(ctx, l.connection, writes, total, l.worker.claims())
}

func (w *Worker) claims() Claims {
	return Claims{Replica: w.cfg.Replica, Attempt: w.cfg.Attempt, Lease: w.cfg.Lease}
}

const (
	claimPeriod = 10 * time.Second
	leastWait   = 20 * time.Millisecond // between two looks that find nothing
)

// reserve takes up to most of the slots that are free now, its own and of the whole replica; crowded: the replica has no more.
func (l *line) reserve(most int) (n int, crowded bool) {
	for ; n < most; n++ {
		select {
		case l.slots <- struct{}{}:
		default:
			return n, false
		}
		select {
		case l.worker.total <- struct{}{}:
		default:
			<-l.slots
			return n, true
		}
	}
	return n, false
}

func (l *line) release(n int) {
	for range n {
		<-l.slots
		<-l.worker.total
		l.worker.next()
	}
}

// queue remembers a line that found no place: connections take turns.
func (w *Worker) queue(l *line) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.waiting, l) {
		w.waiting = append(w.waiting, l)
	}
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

// start begins an attempt at each claimed job; each has a slot already, because a job that waits for one would only sit
// on its lease.
func (l *line) start(ctx context.Context, claimed []*Job, began time.Time) {
	for _, j := range claimed {
		n := int64(0)
		if j.Class == budget.Write {
			n = 1
		}
		l.writing.Add(n)
		l.under.Go(func() {
			l.worker.run(context.WithoutCancel(ctx), j, began)
			l.writing.Add(-n)
			l.release(1)
			if j.again || !l.dry.Load() { // what else may run now was told by who made it so
				l.wake()
			}
		})
	}
}
