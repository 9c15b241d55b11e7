package mirror

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// modelRuns is how many runs TestModel makes unless BREAKWATER_MODEL_RUNS says otherwise.
const modelRuns = 500

// TestModel runs the model with one seed after another, on all cores: overlapping fetches, echoes, snapshots and sweeps,
// vendors whose reads are linearizable and vendors whose reads lag, skewed clocks, A→B→A. BREAKWATER_MODEL_RUNS says how
// often, BREAKWATER_MODEL_SEED from which seed on; the seed of a run that goes wrong is told, with what happened in it.
func TestModel(t *testing.T) {
	runs, first := setting(t, "BREAKWATER_MODEL_RUNS", modelRuns), setting(t, "BREAKWATER_MODEL_SEED", 1<<32)
	began := time.Now()
	var next, done atomic.Uint64
	var wrong sync.Once
	var workers sync.WaitGroup
	stop := make(chan struct{})
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for n := next.Add(1) - 1; n < runs; n = next.Add(1) - 1 {
				if f := play(seed(first+n), 0, ""); f != nil {
					wrong.Do(func() { replay(t, first+n, f) })
					next.Store(runs)
				}
				done.Add(1)
			}
		})
	}
	var progress sync.WaitGroup
	progress.Go(func() {
		tick := time.NewTicker(10 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprintf(os.Stderr, "model: %d of %d runs, %s\n", done.Load(), runs, speed(done.Load(), began))
			case <-stop:
				return
			}
		}
	})
	workers.Wait()
	close(stop)
	progress.Wait()
	t.Logf("%d runs without a wrong final state: %t; %s", done.Load(), !t.Failed(), speed(done.Load(), began))
}

func speed(runs uint64, began time.Time) string {
	took := time.Since(began)
	return fmt.Sprintf("%.0f runs a second in %v", float64(runs)/took.Seconds(), took.Round(100*time.Millisecond))
}

// replay tells what happened in a run that went wrong.
func replay(t *testing.T, n uint64, f *failure) {
	t.Helper()
	s := seed(n)
	s.log = t.Logf
	play(s, 0, "")
	t.Errorf("seed %d: %v", n, f)
}

func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil || n == 0 {
		t.Fatalf("%s: expects how many, not %q", name, text)
	}
	return n
}
