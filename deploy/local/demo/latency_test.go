package demo

import (
	"testing"
	"time"
)

func millis(from, to int) latencies {
	var l latencies
	for ms := to; ms >= from; ms-- {
		l = append(l, time.Duration(ms)*time.Millisecond)
	}
	return l
}

func TestAPercentileIsTheTimeWithinWhichThatManyAreAnswered(t *testing.T) {
	for name, c := range map[string]struct {
		of   latencies
		p    float64
		want time.Duration
	}{
		"half of a hundred":          {millis(1, 100), 50, 50 * time.Millisecond},
		"99 of a hundred":            {millis(1, 100), 99, 99 * time.Millisecond},
		"all of them":                {millis(1, 100), 100, 100 * time.Millisecond},
		"half of three":              {millis(1, 3), 50, 2 * time.Millisecond},
		"99 of two is the slower":    {millis(1, 2), 99, 2 * time.Millisecond},
		"the only one":               {millis(7, 7), 1, 7 * time.Millisecond},
		"of nothing there is no p":   {nil, 99, 0},
		"none at all is the fastest": {millis(1, 100), 0, time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.of.percentile(c.p); got != c.want {
				t.Errorf("p%v is %v, want %v", c.p, got, c.want)
			}
		})
	}
}

func TestAsFastAsBeforeForgivesNoise(t *testing.T) {
	for name, c := range map[string]struct {
		now, before latencies
		want        bool
	}{
		"as fast":                        {millis(10, 10), millis(10, 10), true},
		"twice as slow is the limit":     {millis(20, 20), millis(10, 10), true},
		"more than twice as slow":        {millis(21, 21), millis(10, 10), false},
		"five times, but a hair's width": {millis(5, 5), millis(1, 1), true},
		"faster":                         {millis(1, 1), millis(50, 50), true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.now.within(c.before, 50, 2, 4*time.Millisecond); got != c.want {
				t.Errorf("%v after %v: within is %v, want %v", c.now, c.before, got, c.want)
			}
		})
	}
}
