package job

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
)

// line is the queue of one connection in one replica. It holds no more than its share of slots, and another
// connection's troubles never fill them.
type line struct {
	worker     *Worker
	connection string
	nudge      chan struct{}
	slots      chan struct{}
	dry        atomic.Bool // the last look took all that was due: only news is worth another
	level      atomic.Bool // the last look that has ended did: what is accepted now may be handed over
	under      sync.WaitGroup

	mu      sync.Mutex
	open    bool // it runs: writes may be handed to it
	writing int  // slots of writes: those under way, and those that a look or a hand-over keeps for them
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
	writes := l.keep(free)
	got, err := l.claim(ctx, writes, free)
	l.unkeep(writes - writesIn(got.Jobs))
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

// keep sets aside up to most slots for writes: however many of them are queued, one slot is left for fetches.
func (l *line) keep(most int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(most, cap(l.slots)-1-l.writing)
	l.writing += n
	return n
}

// unkeep ends that for n of them.
func (l *line) unkeep(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writing -= n
}

// start begins an attempt at each claimed job; each has a slot already, and a write one that is kept for writes, because a job that waits
// for one would only sit on its lease.
func (l *line) start(ctx context.Context, claimed []*Job, began time.Time) {
	for _, j := range claimed {
		l.under.Go(func() {
			l.worker.run(context.WithoutCancel(ctx), j, began)
			l.unkeep(writesIn([]*Job{j}))
			l.release(1)
			if j.again || !l.dry.Load() { // what else may run now was told by who made it so
				l.wake()
			}
		})
	}
}
