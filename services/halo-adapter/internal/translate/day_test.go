package translate

import (
	"testing"
	"time"

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
		if got := (Words{}).day(at).String(); got != "2026-03-02T00:00:00" {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := (Words{}).day(halo.Time{}); !got.IsZero() {
		t.Errorf("none is %v", got)
	}
}

// Beyond twelve hours from UTC a midnight cannot be told from our noon, unless the tenant's zone is known.
func TestADayIsOfTheTenantsZoneWhereThatIsKnown(t *testing.T) {
	for name, row := range map[string]struct{ zone, stamp string }{
		"midnight at +13:00":           {"Pacific/Auckland", "2026-03-01T11:00:00"},
		"noon at +13:00":               {"Pacific/Auckland", "2026-03-01T23:00:00"},
		"noon at -08:00":               {"America/Los_Angeles", "2026-03-02T20:00:00"},
		"midnight at -08:00":           {"America/Los_Angeles", "2026-03-02T08:00:00"},
		"midnight in UTC, in the west": {"America/Los_Angeles", "2026-03-02T00:00:00"},
		"the evening at -08:00":        {"America/Los_Angeles", "2026-03-03T06:30:00"},
	} {
		zone, err := time.LoadLocation(row.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := halo.ParseTime(row.stamp)
		if err != nil {
			t.Fatal(err)
		}
		w := Words{Zone: zone}
		day := w.day(at)
		if got := day.String(); got != "2026-03-02T00:00:00" {
			t.Errorf("%s: %s", name, got)
		}
		if back := w.day(w.noon(day.Time)); !back.Equal(day.Time) {
			t.Errorf("%s: as we write it it is %s", name, back)
		}
	}
}
