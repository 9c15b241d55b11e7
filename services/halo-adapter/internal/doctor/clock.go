package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/doctor"
)

// How far the clocks may be apart. Windows of sweeps overlap by 5 min, and a stamp more than an hour before our clock is not
// believed.
const (
	tolerable = time.Minute
	overlap   = 5 * time.Minute
	believed  = time.Hour
)

// clock compares Halo's, as its answers say it, with ours.
func (x *examination) clock(context.Context) ([]doctor.Finding, error) {
	ahead, known := x.Seen.Ahead()
	if !known {
		return found("Halo's answers carry no Date: nothing to compare with"), nil
	}
	f := doctor.Finding{Found: skew(ahead)}
	if ahead.Abs() > tolerable {
		f.Found += "; " + breaks(ahead)
		f.Do = "set the clock of this machine by NTP; if it is right, tell who runs Halo"
	}
	return one(f), nil
}

// skew says it in whole seconds, as Date does.
func skew(ahead time.Duration) string {
	switch off := ahead.Round(time.Second); {
	case off.Abs() <= 2*time.Second:
		return "as ours, to about 2s"
	case off > 0:
		return fmt.Sprintf("%v ahead of ours", off)
	default:
		return fmt.Sprintf("%v behind ours", -off)
	}
}

func breaks(ahead time.Duration) string {
	switch {
	case ahead > believed:
		return "sweeps take its stamps for mistakes, and read the same again each time"
	case ahead < -overlap:
		return "a sweep may pass over what changes while it runs, until everything is listed again"
	}
	return fmt.Sprintf("nothing breaks yet: sweeps allow for %v", overlap)
}
