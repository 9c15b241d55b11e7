package sim

import (
	"testing"
	"time"
)

// [official: billing cycle: the last day of a month that is too short]
func TestPeriodsTurnOnTheDayOfTheAnchor(t *testing.T) {
	for name, row := range map[string]struct {
		interval      string
		count         int64
		start, anchor string
		want          string
	}{
		"a day":                             {"day", 1, "2026-02-28", "2026-02-28", "2026-03-01"},
		"two weeks":                         {"week", 2, "2026-03-02", "2026-03-02", "2026-03-16"},
		"a month":                           {"month", 1, "2026-03-02", "2026-03-02", "2026-04-02"},
		"a month into one that is short":    {"month", 1, "2026-01-31", "2026-01-31", "2026-02-28"},
		"a month out of one that was short": {"month", 1, "2026-02-28", "2026-01-31", "2026-03-31"},
		"a month over the year's end":       {"month", 3, "2026-11-30", "2026-11-30", "2027-02-28"},
		"a year":                            {"year", 1, "2026-03-02", "2026-03-02", "2027-03-02"},
		"a year from a leap day":            {"year", 1, "2028-02-29", "2028-02-29", "2029-02-28"},
	} {
		r := &recurring{Interval: row.interval, IntervalCount: row.count}
		got := time.Unix(r.periodFrom(date(t, row.start), date(t, row.anchor)), 0).UTC().Format(time.DateOnly)
		if got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

func date(t *testing.T, text string) int64 {
	t.Helper()
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.Unix()
}
