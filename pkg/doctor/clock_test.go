package doctor_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestTheVendorsClockIsReadFromItsQuickestAnswer(t *testing.T) {
	c, now := &doctor.Clock{}, time.Now()
	if _, told := c.Ahead(); told {
		t.Error("it knows before it was told")
	}
	answer := func(ahead, took time.Duration, date string) {
		if date == "" {
			date = now.Add(ahead).UTC().Format(http.TimeFormat)
		}
		c.Record(&upstream.Exchange{Started: now.Add(-took / 2), Duration: took, Header: http.Header{"Date": {date}}})
	}
	answer(time.Hour, 10*time.Second, "")
	answer(5*time.Minute, time.Second, "")
	answer(0, 2*time.Second, "")
	answer(0, time.Millisecond, "soon")
	if ahead, told := c.Ahead(); !told || (ahead-5*time.Minute).Abs() > 2*time.Second {
		t.Errorf("%v ahead", ahead)
	}
	for off, want := range map[time.Duration]string{
		time.Second: "as ours, to about 2s", -5 * time.Second: "5s behind ours", 90 * time.Second: "1m30s ahead of ours",
	} {
		if got := doctor.Skew(off); got != want {
			t.Errorf("%v: %q", off, got)
		}
	}
}
