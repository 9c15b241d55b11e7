package translate

import (
	"testing"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

func TestADayIsReadFromAMomentOfWhicheverZone(t *testing.T) {
	for name, stamp := range map[string]string{
		"midnight in UTC":             "2026-03-02T00:00:00",
		"midnight at +10:00":          "2026-03-01T14:00:00",
		"midnight at +05:45":          "2026-03-01T18:15:00",
		"midnight at -10:00":          "2026-03-02T10:00:00",
		"noon in UTC, as we write it": "2026-03-02T12:00:00",
		"a moment in the afternoon":   "2026-03-02T15:04:05.1234567",
		"a moment in the night":       "2026-03-02T00:00:01",
		"a date alone":                "2026-03-02",
	} {
		at, err := halo.ParseTime(stamp)
		if err != nil {
			t.Fatal(err)
		}
		if got := day(at).String(); got != "2026-03-02T00:00:00" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := day(halo.Time{}); !got.IsZero() {
		t.Errorf("none is %v", got)
	}
}
