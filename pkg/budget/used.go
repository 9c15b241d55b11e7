package budget

import (
	"slices"
	"time"
)

// Used is how many calls were made in the window of a limit, counted in parts of it. The zero value is none.
type Used struct {
	Part  int64 `json:"part,omitempty"`  // the number of the newest
	Calls []int `json:"calls,omitempty"` // in each of the last, the oldest first
}

// parts is into how many a window is cut. What was made in the one that it begins within counts whole: never too little is counted.
const parts = 30

func part(window time.Duration, now time.Time) int64 {
	return now.UnixNano() / max(1, int64(window)/parts)
}

// add counts n calls. Time that runs backwards adds them to the newest part.
func (u *Used) add(window time.Duration, now time.Time, n int) {
	if n <= 0 {
		return
	}
	if p := part(window, now); len(u.Calls) == 0 || p > u.Part+parts {
		*u = Used{Part: p, Calls: []int{0}}
	} else if p > u.Part {
		u.Calls, u.Part = append(u.Calls, make([]int, p-u.Part)...), p
		u.Calls = slices.Clone(u.Calls[max(0, len(u.Calls)-parts-1):])
	}
	u.Calls[len(u.Calls)-1] += n
}

// in is how many were made in the window that ends now.
func (u Used) in(window time.Duration, now time.Time) (n int) {
	gone := max(0, int(part(window, now)-u.Part)) // parts since the newest
	for i, calls := range u.Calls {
		if len(u.Calls)-1-i+gone <= parts {
			n += calls
		}
	}
	return n
}

// Usage is how much of one limit is used.
type Usage struct {
	Limit Limit
	Used  int  // of what is ours of it, in the window that ends now
	Low   bool // it runs low: not much is left of the window, or for the next calls
}

// Usages are those of the limits that may run low, in their order.
func (a *Account) Usages(t Terms, now time.Time) []Usage {
	var all []Usage
	factor := a.Learned.Factor(now)
	for _, l := range t.Limits {
		if !l.limits() || l.Low <= 0 {
			continue
		}
		b, p := Bucket{}, l.pace(factor)
		if is := a.Buckets[l.Name()]; is != nil {
			b = *is
		}
		b.refill(p, now)
		u := Usage{Limit: l, Used: b.Used.in(l.Window, now)}
		u.Low = float64(u.Used) > l.Low*float64(l.Ours()) || b.Level < (1-l.Low)*p.size
		all = append(all, u)
	}
	return all
}

// Low reports whether any limit runs low.
func (a *Account) Low(t Terms, now time.Time) bool {
	return slices.ContainsFunc(a.Usages(t, now), func(u Usage) bool { return u.Low })
}
