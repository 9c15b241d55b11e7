package demo

import (
	"fmt"
	"slices"
	"time"
)

// latencies are how long calls of one sort took.
type latencies []time.Duration

// percentile is the least time within which p percent of the calls were answered; zero if there were none.
func (l latencies) percentile(p float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(l))
	rank := int(p/100*float64(len(sorted)) + 0.999999)
	return sorted[min(max(rank, 1), len(sorted))-1]
}

func (l latencies) sum() (total time.Duration) {
	for _, d := range l {
		total += d
	}
	return total
}

func (l latencies) String() string {
	return fmt.Sprintf("p50 %s, p99 %s", span(l.percentile(50)), span(l.percentile(99)))
}

// beside is l with its ratios to base.
func (l latencies) beside(base latencies) string {
	part := func(p float64) string {
		return fmt.Sprintf("p%.0f %s (%.2f×)", p, span(l.percentile(p)), ratio(l.percentile(p), base.percentile(p)))
	}
	return part(50) + ", " + part(99)
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

// within says whether l's percentile is no more than factor times that of base. Less than noise apart is never more: on a busy
// machine a few calls are slow for no reason of ours.
func (l latencies) within(base latencies, p, factor float64, noise time.Duration) bool {
	mine, theirs := l.percentile(p), base.percentile(p)
	return mine-theirs <= noise || ratio(mine, theirs) <= factor
}
