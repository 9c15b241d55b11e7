package upstream

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longest is the longest wait that we believe: beyond it, asking again is cheaper than trusting.
const longest = 24 * time.Hour

// RetryAfter is how long the vendor asks to wait, as seconds or as a date; zero if it does not say, at most a day. A date
// is measured against the answer's own Date where there is one, so that the vendor's clock is compared with itself.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		return bounded(seconds)
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if sent := dateOf(h); !sent.IsZero() {
		now = sent
	}
	return bounded(at.Sub(now).Seconds())
}

// bounded rounds up: a call too early is refused again. NaN and less than nothing are no wait.
func bounded(seconds float64) time.Duration {
	if !(seconds > 0) {
		return 0
	}
	if seconds >= longest.Seconds() {
		return longest
	}
	return time.Duration(math.Ceil(seconds * float64(time.Second)))
}

// dateOf is the zero time if there is none.
func dateOf(h http.Header) time.Time {
	at, _ := http.ParseTime(h.Get("Date"))
	return at
}
