package measure_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/bench/measure"
)

func histogram(ds ...time.Duration) *measure.Histogram {
	h := &measure.Histogram{}
	for _, d := range ds {
		h.Record(d)
	}
	return h
}

func millis(from, to int) (ds []time.Duration) {
	for ms := to; ms >= from; ms-- {
		ds = append(ds, time.Duration(ms)*time.Millisecond)
	}
	return ds
}

func TestAQuantileIsTheTimeWithinWhichThatShareWas(t *testing.T) {
	for name, c := range map[string]struct {
		of   []time.Duration
		q    float64
		want time.Duration
	}{
		"half of a hundred":           {millis(1, 100), 0.5, 50 * time.Millisecond},
		"99 of a hundred":             {millis(1, 100), 0.99, 99 * time.Millisecond},
		"all of them":                 {millis(1, 100), 1, 100 * time.Millisecond},
		"none of them is the fastest": {millis(1, 100), 0, time.Millisecond},
		"half of three":               {millis(1, 3), 0.5, 2 * time.Millisecond},
		"99 of two is the slower":     {millis(1, 2), 0.99, 2 * time.Millisecond},
		"the only one":                {millis(7, 7), 0.01, 7 * time.Millisecond},
		"of nothing there is none":    {nil, 0.99, 0},
		"nanoseconds are exact":       {[]time.Duration{100, 101, 255}, 1, 255},
		"what is negative is zero":    {[]time.Duration{-time.Second}, 1, 0},
		"what takes for ever is long": {[]time.Duration{math.MaxInt64}, 1, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			if got := histogram(c.of...).Quantile(c.q); !near(got, c.want) {
				t.Errorf("the quantile %v is %v, want %v", c.q, got, c.want)
			}
		})
	}
}

// near allows what a bucket is wide.
func near(got, want time.Duration) bool {
	return math.Abs(float64(got-want)) <= float64(want)/128
}

func TestQuantilesOfManyAreThoseOfASortedList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var all []time.Duration
	for range 20_000 {
		all = append(all, time.Duration(math.Exp(r.Float64()*30)))
	}
	h := histogram(all...)
	slices.Sort(all)
	for _, q := range []float64{0.001, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999} {
		want := min(all[int(math.Ceil(q*float64(len(all))))-1], time.Hour)
		if got := h.Quantile(q); !near(got, want) {
			t.Errorf("the quantile %v is %v, want %v", q, got, want)
		}
	}
}

func TestMergedHistogramsAreOne(t *testing.T) {
	h := histogram(millis(1, 50)...)
	h.Merge(histogram(millis(51, 100)...))
	if got := h.Quantile(0.9); !near(got, 90*time.Millisecond) || h.Count() != 100 {
		t.Errorf("the quantile 0.9 of %d is %v, want 90ms of 100", h.Count(), got)
	}
}

func TestAMedianIsTheMiddle(t *testing.T) {
	for name, c := range map[string]struct {
		of   []float64
		want float64
	}{
		"of three":                       {[]float64{9, 1, 5}, 5},
		"of four is between two":         {[]float64{4, 1, 3, 2}, 2.5},
		"of one is that":                 {[]float64{7}, 7},
		"of none is nothing":             {nil, 0},
		"one bad round does not move it": {[]float64{1, 1, 1, 1, 1000}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := measure.Median(c.of); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestSidesAreComparedRoundByRound(t *testing.T) {
	for name, c := range map[string]struct {
		ours, yardstick []float64
		want            measure.Comparison
	}{
		"a round in which the machine was slow is slow for both": {
			[]float64{90, 9, 80},
			[]float64{100, 10, 100},
			measure.Comparison{Ours: 80, Yardstick: 100, Ratio: 0.9, Ratios: []float64{0.9, 0.9, 0.8}},
		},
		"the ratio is not that of the medians": {
			[]float64{1, 2, 3},
			[]float64{1, 1, 3},
			measure.Comparison{Ours: 2, Yardstick: 1, Ratio: 1, Ratios: []float64{1, 2, 1}},
		},
		"a round that one side lacks is left out": {
			[]float64{5, 5, 5},
			[]float64{10, 10},
			measure.Comparison{Ours: 5, Yardstick: 10, Ratio: 0.5, Ratios: []float64{0.5, 0.5}},
		},
		"a round in which the yardstick did nothing says nothing": {
			[]float64{4, 4},
			[]float64{0, 8},
			measure.Comparison{Ours: 4, Yardstick: 4, Ratio: 0.5, Ratios: []float64{0.5}},
		},
		"without rounds there is nothing": {nil, nil, measure.Comparison{Ratios: []float64{}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := measure.Compare(c.ours, c.yardstick)
			if got.Ours != c.want.Ours || got.Yardstick != c.want.Yardstick || got.Ratio != c.want.Ratio || !slices.Equal(got.Ratios, c.want.Ratios) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAGoalIsHeldOrMissedByAShare(t *testing.T) {
	for name, c := range map[string]struct {
		goal  measure.Goal
		ratio float64
		want  float64
	}{
		"at least, just held":     {measure.Goal{AtLeast: 0.9}, 0.9, 0},
		"at least, exceeded":      {measure.Goal{AtLeast: 0.9}, 2, 0},
		"at least, missed":        {measure.Goal{AtLeast: 0.9}, 0.81, 0.1},
		"at most, just held":      {measure.Goal{AtMost: 1.15}, 1.15, 0},
		"at most, undercut":       {measure.Goal{AtMost: 1.15}, 0.2, 0},
		"at most, missed":         {measure.Goal{AtMost: 1.15}, 1.38, 0.2},
		"no goal is never missed": {measure.Goal{}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.goal.Missed(c.ratio); math.Abs(got-c.want) > 1e-9 {
				t.Errorf("missed by %v, want %v", got, c.want)
			}
		})
	}
}
