// Package load answers how many calls a side takes, and how long each of them is: from clients that call again as soon as they
// are answered, or at a pace that does not wait for answers.
package load

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
)

// Call makes one call as one of the clients, numbered from 0. A client makes one call at a time.
type Call func(ctx context.Context, client int) error

// Run is what came of one run.
type Run struct {
	Calls   int
	Took    time.Duration
	Latency *measure.Histogram
	Also    map[string]float64 // what else a side has measured, by name
}

// PerSecond is the throughput.
func (r Run) PerSecond() float64 { return float64(r.Calls) / max(r.Took, 1).Seconds() }

// Of is something else that was measured; zero if it was not.
func (r Run) Of(name string) float64 { return r.Also[name] }

// Millis is a quantile of the latency, in milliseconds.
func (r Run) Millis(q float64) float64 {
	return float64(r.Latency.Quantile(q)) / float64(time.Millisecond)
}

// Closed lets so many clients call for that long, each again as soon as it is answered. One call that fails ends the run: what
// fails fast must not pass for fast.
func Closed(ctx context.Context, clients int, length time.Duration, call Call) (Run, error) {
	end := time.Now().Add(length)
	return gather(ctx, clients, func(ctx context.Context, client int, h *measure.Histogram) error {
		for at := time.Now(); at.Before(end) && ctx.Err() == nil; {
			if err := call(ctx, client); err != nil {
				return err
			}
			done := time.Now()
			h.Record(done.Sub(at))
			at = done
		}
		return nil
	})
}

// Times lets clients share so many calls.
func Times(ctx context.Context, clients, calls int, call Call) (Run, error) {
	var begun atomic.Int64
	return gather(ctx, clients, func(ctx context.Context, client int, h *measure.Histogram) error {
		for begun.Add(1) <= int64(calls) && ctx.Err() == nil {
			at := time.Now()
			if err := call(ctx, client); err != nil {
				return err
			}
			h.Record(time.Since(at))
		}
		return nil
	})
}

// Paced makes calls at that rate for that long. A call that is due while all clients are busy is late, and its lateness is part
// of its latency.
func Paced(ctx context.Context, clients, perSecond int, length time.Duration, call Call) (Run, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	due := make(chan time.Time)
	go pace(ctx, perSecond, length, due)
	return gather(ctx, clients, func(ctx context.Context, client int, h *measure.Histogram) error {
		for at := range due {
			if err := call(ctx, client); err != nil {
				return err
			}
			h.Record(time.Since(at))
		}
		return nil
	})
}

// pace hands out the moments at which calls are due, and closes due after the last, or when ctx ends.
func pace(ctx context.Context, perSecond int, length time.Duration, due chan<- time.Time) {
	defer close(due)
	began := time.Now()
	for i := range int(length.Seconds() * float64(perSecond)) {
		at := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(at))
		select {
		case due <- at:
		case <-ctx.Done():
			return
		}
	}
}

// gather runs the clients side by side and counts what they recorded. The first to fail ends the others.
func gather(ctx context.Context, clients int, work func(context.Context, int, *measure.Histogram) error) (Run, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	each := make([]measure.Histogram, clients)
	began := time.Now()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			if err := work(ctx, i, &each[i]); err != nil {
				cancel(err)
			}
		})
	}
	all.Wait()
	r := Run{Took: time.Since(began), Latency: &measure.Histogram{}}
	for i := range each {
		r.Latency.Merge(&each[i])
	}
	r.Calls = int(r.Latency.Count()) //nolint:gosec // as many as calls were made
	return r, context.Cause(ctx)
}
