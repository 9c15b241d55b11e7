package halo

import (
	"encoding/json"
	"fmt"
	"time"
)

// Time is a moment in UTC, as Halo writes it: without a zone, to a tenth of a microsecond. The zero Time is Halo's "empty"
// [client library: djpsa].
type Time struct{ time.Time }

const (
	wireTime = "2006-01-02T15:04:05.9999999"
	noTime   = "1900-01-01T00:00:00" // how Halo spells "empty"
)

// lastEmptyYear: Halo's "empty" is 1900 or earlier; djpsa, to be safe, takes all years up to this one for it.
const lastEmptyYear = 1980

// ParseTime reads what Halo writes: with or without fraction, with a Z as in webhooks, or a date alone. Empty text is empty.
func ParseTime(s string) (Time, error) {
	if s == "" {
		return Time{}, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return NewTime(at), nil
		}
	}
	return Time{}, fmt.Errorf("%.40q is no date", s)
}

// NewTime is at as Halo can hold it.
func NewTime(at time.Time) Time {
	at = at.UTC().Truncate(100 * time.Nanosecond)
	if at.Year() <= lastEmptyYear {
		return Time{}
	}
	return Time{at}
}

// String is t on the wire.
func (t Time) String() string {
	if t.IsZero() {
		return noTime
	}
	return t.UTC().Format(wireTime)
}

// MarshalJSON writes as Halo does, "empty" included.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.String()) }

// UnmarshalJSON takes null for empty.
func (t *Time) UnmarshalJSON(b []byte) (err error) {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return fmt.Errorf("a date is no text: %w", err)
	}
	if s == nil {
		*t = Time{}
		return nil
	}
	*t, err = ParseTime(*s)
	return err
}
