// Package backoff answers when to try next.
package backoff

import "time"

// Schedule is the waits after the first, second, … failure; the last one repeats.
type Schedule []time.Duration

// Default is the schedule of jobs.
func Default() Schedule {
	return Schedule{10 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour}
}

// After is the wait after that many failures, with up to a fifth of it added or taken away: random is in [0, 1).
// Zero failures wait nothing.
func (s Schedule) After(failures int, random float64) time.Duration {
	if failures <= 0 || len(s) == 0 {
		return 0
	}
	wait := s[min(failures, len(s))-1]
	return wait + time.Duration((random-0.5)*0.4*float64(wait))
}
