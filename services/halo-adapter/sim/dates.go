package sim

import (
	"bytes"
	"fmt"
	"time"
)

// stamp is a moment as entities carry it: UTC without a zone, up to seven fractional digits, and 1900 for "never".
// [client library: djpsa halo/sync.py, redanthrax/halopsa-mcp]
type stamp struct{ time.Time }

const (
	stampLayout = "2006-01-02T15:04:05.9999999"
	never       = "1900-01-01T00:00:00"
)

// MarshalJSON spells the moment.
func (s stamp) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// String spells the moment.
func (s stamp) String() string {
	if s.IsZero() {
		return never
	}
	return s.UTC().Format(stampLayout)
}

// UnmarshalJSON reads a moment with or without a zone; null and 1900 are "never".
func (s *stamp) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		s.Time = time.Time{}
		return nil
	}
	t, err := parseTime(string(bytes.Trim(text, `"`)))
	if err != nil {
		return err
	}
	if t.Year() <= 1900 {
		t = time.Time{}
	}
	s.Time = t
	return nil
}

// parseTime reads what clients send: no zone means UTC, and a date alone its midnight.
func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, "2006-01-02", "2006-01-02 15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil { // a fraction is accepted after the seconds
			return t.UTC().Truncate(100 * time.Nanosecond), nil
		}
	}
	return time.Time{}, fmt.Errorf("could not convert string to DateTime: %s", text)
}
