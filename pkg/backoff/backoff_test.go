package backoff_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
)

func TestJitterStaysWithinAFifth(t *testing.T) {
	s := backoff.Default()
	for failures := 1; failures < 20; failures++ {
		middle := s.After(failures, 0.5)
		for _, r := range []float64{0, 0.25, 0.75, 0.999} {
			if got := s.After(failures, r); got < middle*8/10 || got > middle*12/10 {
				t.Errorf("failure %d with %v: %v, want about %v", failures, r, got, middle)
			}
		}
	}
}

func ExampleSchedule_After() {
	s := backoff.Schedule{10 * time.Second, time.Minute}
	fmt.Println(s.After(0, 0.5), s.After(1, 0.5), s.After(2, 0.5), s.After(9, 0.5))
	// Output: 0s 10s 1m0s 1m0s
}
