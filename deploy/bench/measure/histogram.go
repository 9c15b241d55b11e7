// Package measure answers what figures say: how calls of one side are spread, and how two sides compare over several rounds.
package measure

import (
	"math/bits"
	"time"
)

// A bucket is at most 1/fine of its value wide, so that a quantile is off by half of that.
const (
	fineBits = 7
	fine     = 1 << fineBits
	longest  = time.Hour // what takes longer is counted as this
	buckets  = 36 * fine // enough for longest
)

// Histogram counts durations. Its size does not depend on how many they are. The zero value is empty.
type Histogram struct {
	counts [buckets]uint32
	total  uint64
}

// Record counts one duration.
func (h *Histogram) Record(d time.Duration) {
	h.counts[bucket(d)]++
	h.total++
}

// Merge counts everything that other has counted.
func (h *Histogram) Merge(other *Histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
}

// Count is how many durations were counted.
func (h *Histogram) Count() uint64 { return h.total }

// Quantile is the least duration within which the share q (0 to 1) of all was, as far as buckets tell; zero if there are none.
func (h *Histogram) Quantile(q float64) time.Duration {
	rank := max(1, uint64(q*float64(h.total)+0.999999))
	var seen uint64
	for i, n := range h.counts {
		if seen += uint64(n); seen >= rank {
			return middle(i)
		}
	}
	return 0
}

// bucket is the place of d: exact below fine nanoseconds, then fine buckets for every doubling.
func bucket(d time.Duration) int {
	ns := uint64(min(max(d, 0), longest))
	if ns < fine {
		return int(ns) //nolint:gosec // less than fine
	}
	shift := bits.Len64(ns) - fineBits - 1
	return shift*fine + int(ns>>shift) //nolint:gosec // less than twice fine
}

// middle is the duration in the middle of a bucket.
func middle(i int) time.Duration {
	if i < 2*fine {
		return time.Duration(i)
	}
	shift := i/fine - 1
	from := uint64(i-shift*fine) << shift   //nolint:gosec // never negative
	return time.Duration(from + 1<<shift/2) //nolint:gosec // far below the largest
}
