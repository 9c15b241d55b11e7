package sim

import "time"

// periodFrom is the end of a period that begins then, of a subscription whose periods turn on the day of the anchor.
func (r *recurring) periodFrom(start, anchor int64) int64 {
	at, n := time.Unix(start, 0).UTC(), int(r.IntervalCount)
	switch r.Interval {
	case "day":
		at = at.AddDate(0, 0, n)
	case "week":
		at = at.AddDate(0, 0, 7*n)
	case "year":
		at = monthsLater(at, 12*n, time.Unix(anchor, 0).UTC().Day())
	default:
		at = monthsLater(at, n, time.Unix(anchor, 0).UTC().Day())
	}
	return at.Unix()
}

// monthsLater is that day of a later month, or its last: a month after the 31st of January is the last of February, and the next
// the 31st of March. [official: billing cycle]
func monthsLater(at time.Time, n, day int) time.Time {
	first := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day, last)-1)
}
