package job

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// BuryForTest buries j as another replica would that holds its lease.
func (s *Store) BuryForTest(ctx context.Context, j *Job, c Class) error {
	f := &fault.Error{Kind: fault.Unknown, Reason: string(c), Message: "nobody can tell", MayApply: true}
	return s.Bury(ctx, j, c, f, try{action: "probe", began: time.Now()})
}

// SettleForTest settles j as accepted.
func (s *Store) SettleForTest(ctx context.Context, j *Job, r Result) error {
	return s.Settle(ctx, j, r, try{action: "attempt", began: time.Now()})
}

// GlanceForTest makes a scan look at so many jobs for lanes that could go on.
func (s *Store) GlanceForTest(n int) { s.glance = n }

// hostForTest has room as a test says.
type hostForTest func(most int) (places int, c Claims, start func([]*Job))

func (h hostForTest) room(_ string, most int) *room {
	places, c, start := h(most)
	if places == 0 {
		start(nil)
		return nil
	}
	return &room{places: places, claims: c, start: start}
}

// HostForTest has writes handed to start as they are accepted.
func (s *Store) HostForTest(h func(most int) (places int, c Claims, start func([]*Job))) {
	s.serve(hostForTest(h))
}

// RunForTest makes one attempt at a claimed job, as the worker would.
func (w *Worker) RunForTest(ctx context.Context, j *Job) { w.run(ctx, j, time.Now()) }

// FailForTest gives an attempt up with err, and reports whether the line looks at once what else is due.
func (s *Store) FailForTest(ctx context.Context, j *Job, err error) (again bool, failed error) {
	failed = s.Fail(ctx, j, err, try{action: "attempt", began: time.Now()}, Config{}.WithDefaults().Retries)
	return j.again, failed
}

// Gathered is how many more rounds of accepting may begin, and how many writes wait for one.
func (s *Store) Gathered(connection, kind string) (idle, waiting int) {
	return s.accepting.Gathered(connection, kind)
}

// FateForTest is what becomes of a write whose attempt failed so, of which an earlier one may have been applied or not.
func FateForTest(safety Safety, unsure bool, f *fault.Error) string {
	j, op := &Job{}, &Op{Safety: safety}
	if safety == Keyed {
		op.probe = func(context.Context, *Job) (Answer, error) { return Answer{}, nil }
	}
	if unsure {
		j.UnsureAt = time.Now()
	}
	if j.doubts(op, f) {
		return "looked for"
	}
	switch d := (Config{}).WithDefaults().Retries.decide(j, f); {
	case d.bury != "":
		return string(d.bury)
	case j.renews(op, f):
		return "next key"
	case d.count:
		return "again"
	default:
		return "waits"
	}
}

// WritingForTest is how many slots of a connection are kept for writes.
func (w *Worker) WritingForTest(connection string) int {
	l := w.lines[connection]
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.writing
}
