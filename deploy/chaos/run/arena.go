package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/breakwater-acl/breakwater/deploy/local/stack"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
	"github.com/breakwater-acl/breakwater/deploy/chaos/judge"
	"github.com/breakwater-acl/breakwater/deploy/chaos/link"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
	"github.com/breakwater-acl/breakwater/deploy/chaos/traffic"
	"github.com/breakwater-acl/breakwater/deploy/chaos/vendor"
)

// arena is a stack with all that is done to it.
type arena struct {
	play     cast.Play
	stack    *stack.Stack
	links    *link.Links
	clocks   *clocks
	schedule schedule.Schedule
	say      *say
	settle   time.Duration

	vendor   *vendor.Control
	callers  *traffic.Callers
	cast     cast.Cast
	db       *pgxpool.Pool // around every link
	told     *history.Recorder
	subjects *cast.Subjects
	readers  []*traffic.Reader

	mu     sync.Mutex
	played []history.Played
}

func (a *arena) took(p history.Played) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.played = append(a.played, p)
}

// run plays the whole run and judges it.
func (a *arena) run(ctx context.Context) (line, []judge.Finding, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() { cancel(a.watch(ctx)) }() // ends with ctx
	if err := a.open(ctx); err != nil {
		return line{}, nil, errors.Join(err, context.Cause(ctx))
	}
	defer a.close()
	recovery, stale, err := a.under(ctx)
	if err != nil || ctx.Err() != nil {
		return line{}, nil, errors.Join(err, context.Cause(ctx))
	}
	h, err := a.gather(ctx, stale)
	if err != nil {
		return line{}, nil, err
	}
	a.used(h)
	verdict, findings := judge.Judge(h, a.play.Reading)
	if len(findings) > 0 {
		err = a.keep(h)
	}
	return line{verdict, math.Round(recovery.Seconds()*100) / 100, a.schedule.Seed}, findings, err
}

func (a *arena) keep(h *history.History) error {
	text, err := json.MarshalIndent(h, "", " ")
	if err != nil {
		return err
	}
	return write(a.stack.Addresses().Data, "history.json", text)
}

// open reaches everybody, and waits until the mirror is filled.
func (a *arena) open(ctx context.Context) (err error) {
	at := a.stack.Addresses().Adapters[0]
	a.vendor, a.told, a.subjects = vendor.New(at.Simulator), history.NewRecorder(), cast.NewSubjects(mostHot)
	if a.callers, err = traffic.Dial(at.Connection, at.GRPC); err != nil {
		return err
	}
	a.cast = a.play.Open(cast.Stage{
		Parent: a.callers.Parent, Replicas: a.callers.Replicas, Vendor: a.vendor, Seeded: a.play.Seeded, Subjects: a.subjects,
	})
	if a.db, err = pgxpool.New(ctx, at.Database); err != nil {
		return err
	}
	if err := a.filled(ctx); err != nil {
		return fmt.Errorf("the mirror is not filled: %w", err)
	}
	hot, err := a.cast.Hot(ctx)
	for _, v := range hot {
		a.subjects.Add(v)
	}
	return err
}

func (a *arena) close() {
	a.callers.Close()
	a.db.Close()
}

const (
	writers    = 4
	readers    = 2
	writePace  = 250 * time.Millisecond
	readPace   = 40 * time.Millisecond
	editPace   = 200 * time.Millisecond
	decidePace = 1500 * time.Millisecond

	writersSeed  = 100 // of the streams of dice, one for each
	editorSeed   = 200
	operatorSeed = 300
)

// under puts the stack under fire while it is used, and lets it settle: how long that took, and what differed at its end.
func (a *arena) under(ctx context.Context) (recovery time.Duration, stale []string, err error) {
	a.say.begin()
	reading, stopReading := context.WithCancel(ctx)
	var looks sync.WaitGroup
	defer looks.Wait()
	defer stopReading()
	for i := range readers {
		r := &traffic.Reader{Name: fmt.Sprintf("reader %d", i+1), Cast: a.cast, Subjects: a.subjects, Told: a.told, Pace: readPace, First: i}
		a.readers = append(a.readers, r)
		looks.Go(func() { _ = r.Run(reading) })
	}
	if err := a.storm(ctx); err != nil {
		return 0, nil, err
	}
	a.say.now("no more faults; it settles")
	began := time.Now()
	stale, err = a.settled(ctx)
	return time.Since(began), stale, err
}

// storm is the time of faults: it ends when the last one is undone and every write is answered.
func (a *arena) storm(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	stop := make(chan struct{})
	over, cancel := context.WithTimeout(ctx, a.schedule.Length)
	defer cancel()
	context.AfterFunc(over, func() { close(stop) })
	for i := range writers {
		w := &traffic.Writer{
			Callers: a.callers, Cast: a.cast, Subjects: a.subjects, Told: a.told, Pace: writePace,
			Hand: cast.Hand{
				Name: fmt.Sprintf("writer %d", i+1), Place: i,
				Dice: rand.New(rand.NewPCG(a.schedule.Seed, writersSeed+uint64(i))), //nolint:gosec // a small number
			},
		}
		g.Go(func() error {
			answered, cancel := context.WithTimeout(ctx, a.schedule.Length+a.settle)
			defer cancel()
			return w.Run(answered, stop)
		})
	}
	e := &traffic.Editor{Cast: a.cast, Pace: editPace, Dice: rand.New(rand.NewPCG(a.schedule.Seed, editorSeed))}
	g.Go(func() error { return e.Run(over) })
	o := &traffic.Operator{Callers: a.callers, Pace: decidePace, Dice: rand.New(rand.NewPCG(a.schedule.Seed, operatorSeed))}
	g.Go(func() error { return o.Run(over) })
	g.Go(func() error { return a.progress(over) })
	for _, lane := range []schedule.Lane{schedule.Parts, schedule.Links, schedule.Vendors} {
		g.Go(func() error { return a.fire(ctx, lane) })
	}
	return g.Wait()
}
