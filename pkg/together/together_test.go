package together_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/together"
)

// rounds records who shared each round; what is odd is left to be done alone.
type rounds struct {
	mu      sync.Mutex
	shared  [][]int
	release chan struct{}
}

func (r *rounds) round(_ context.Context, all []int) ([]bool, error) {
	<-r.release
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shared = append(r.shared, all)
	if slices.Contains(all, -1) {
		panic("on purpose")
	}
	done := make([]bool, len(all))
	for i, x := range all {
		done[i] = x%2 == 0
	}
	if slices.Contains(all, -2) {
		return nil, errors.New("on purpose")
	}
	return done, nil
}

func TestThoseThatComeMeanwhileGoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rounds{release: make(chan struct{})}
		g := together.Groups[int]{Round: r.round, Rounds: 1}
		var all sync.WaitGroup
		for x := range 4 {
			all.Go(func() {
				if got := g.Do(t.Context(), "acme", "ticket", x); got != (x%2 == 0) {
					t.Errorf("%d: done %v", x, got)
				}
			})
			synctest.Wait()
		}
		close(r.release)
		all.Wait()
		if len(r.shared) != 2 || !slices.Equal(r.shared[0], []int{0}) || !slices.Equal(r.shared[1], []int{1, 2, 3}) {
			t.Errorf("rounds of %v", r.shared)
		}
	})
}

func TestARoundThatPanicsIsNobodyElsesPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rounds{release: make(chan struct{})}
		g := together.Groups[int]{Round: r.round, Rounds: 1}
		var all sync.WaitGroup
		for _, x := range []int{0, -1, 2} {
			all.Go(func() {
				if got := g.Do(t.Context(), "acme", "ticket", x); got != (x == 0) {
					t.Errorf("%d: done %v", x, got)
				}
			})
			synctest.Wait()
		}
		close(r.release)
		all.Wait()
		if !g.Do(t.Context(), "acme", "ticket", 4) {
			t.Error("the next one was not done")
		}
	})
}

func TestARoundThatFailsIsTold(t *testing.T) {
	for name, x := range map[string]int{"in a panic": -1, "in an error": -2} {
		t.Run(name, func(t *testing.T) {
			r := &rounds{release: make(chan struct{})}
			close(r.release)
			told := 0
			g := together.Groups[int]{Round: r.round, Rounds: 1, Failed: func(_ context.Context, connection string, n int, err error) {
				if told++; connection != "acme" || n != 1 || !strings.Contains(err.Error(), "on purpose") {
					t.Errorf("%d of %s: %v", n, connection, err)
				}
			}}
			if g.Do(t.Context(), "acme", "ticket", x) || !g.Do(t.Context(), "acme", "ticket", 2) {
				t.Error("want the one that fails to be left, and the next to be done")
			}
			if told != 1 {
				t.Errorf("told %d times", told)
			}
		})
	}
}

func TestWhoHasGoneDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &rounds{release: make(chan struct{})}
		g := together.Groups[int]{Round: r.round, Rounds: 1}
		var leads sync.WaitGroup
		leads.Go(func() { g.Do(t.Context(), "acme", "ticket", 0) })
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if g.Do(ctx, "acme", "ticket", 2) {
			t.Error("it was done while the round was held up")
		}
		if _, waiting := g.Gathered("acme", "ticket"); waiting != 0 {
			t.Errorf("%d still wait", waiting)
		}
		close(r.release)
		leads.Wait()
	})
}
