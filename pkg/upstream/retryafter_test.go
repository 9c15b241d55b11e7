package upstream_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 9, 25, 6, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for name, tc := range map[string]struct {
		header, date string
		want         time.Duration
	}{
		"not said":                             {},
		"seconds":                              {header: "30", want: 30 * time.Second},
		"seconds with a fraction":              {header: "1.5", want: 1500 * time.Millisecond},
		"a date by our clock":                  {header: in(time.Minute), want: time.Minute},
		"a date by the vendor's slow clock":    {header: in(-time.Hour), date: in(-time.Hour - time.Minute), want: time.Minute},
		"a date gone by":                       {header: in(-time.Minute)},
		"a wait of nothing, and less":          {header: "-5"},
		"words":                                {header: "soon"},
		"no number":                            {header: "NaN"},
		"a year":                               {header: "31536000", want: 24 * time.Hour},
		"more seconds than there are integers": {header: "1e300", want: 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			h.Set("Retry-After", tc.header)
			h.Set("Date", tc.date)
			if got := upstream.RetryAfter(h, now); got != tc.want {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

func TestAThrottledCallSaysHowLong(t *testing.T) {
	s := vendor(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "17")
		w.Header().Set("Request-Id", "r-1")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	c := client(t, s.URL, &witness{}, func(cfg *upstream.Config) { cfg.TrackingHeaders = []string{"Request-Id"} })
	_, err := c.Do(t.Context(), post(s.URL))
	if f := fault.Of(err); f.Kind != fault.Throttled || f.RetryAfter != 17*time.Second || f.TrackingID != "r-1" {
		t.Errorf("%+v", f)
	}
}
