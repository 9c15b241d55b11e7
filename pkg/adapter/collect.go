package adapter

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	made     = "/gc/heap/allocs:bytes"
	busyFrom = 8 << 20 // bytes allocated in a second
	idleHeap = 50      // percent by which the heap grows before it is collected
	busyHeap = 300
	restFrom = 3 // seconds without much to do, after which what is not used is given back
)

// collect lets the heap of a busy adapter grow further before it is collected: it is small, so that at Go's default the
// collector ran many times a second, for about a quarter of the adapter's processor time in a drain. An idle adapter is small, and
// gives back what it no longer uses. Whoever sets GOGC decides by himself.
func collect(ctx context.Context) error {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	seen := []metrics.Sample{{Name: made}}
	metrics.Read(seen)
	percent, before, quiet := 0, seen[0].Value.Uint64(), 0
	for {
		metrics.Read(seen)
		now := seen[0].Value.Uint64()
		if next := heapPercent(now - before); next != percent {
			debug.SetGCPercent(next)
			percent = next
		}
		before = now
		if quiet++; percent == busyHeap {
			quiet = 0
		}
		if quiet == restFrom {
			debug.FreeOSMemory()
		}
		select {
		case <-ctx.Done():
			debug.SetGCPercent(idleHeap)
			return nil
		case <-tick.C:
		}
	}
}

// heapPercent is by how much the heap may grow when so many bytes were allocated in the last second.
func heapPercent(allocated uint64) int {
	if allocated >= busyFrom {
		return busyHeap
	}
	return idleHeap
}
