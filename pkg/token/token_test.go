package token_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/token"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mint hands out t1, t2, … after a second, each good for an hour, until told to fail.
type mint struct {
	mu      sync.Mutex
	fetches int
	err     error
	life    time.Duration // 0: an hour; below: unsaid
}

func (m *mint) fetch(ctx context.Context) (token.Token, error) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return token.Token{}, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fetches++
	if m.err != nil {
		return token.Token{}, m.err
	}
	t := token.Token{Value: fmt.Sprintf("t%d", m.fetches), Expires: time.Now().Add(time.Hour)}
	if m.life < 0 {
		t.Expires = time.Time{}
	}
	return t, nil
}

func (m *mint) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *mint) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fetches
}

// want asks for a token, at once if at is said to be so.
func want(t *testing.T, s *token.Source, value string, wait time.Duration) {
	t.Helper()
	start := time.Now()
	got, err := s.Token(t.Context())
	if err != nil || got.Value != value {
		t.Fatalf("token %q, %v; want %q", got.Value, err, value)
	}
	if waited := time.Since(start); waited != wait {
		t.Errorf("waited %v for %q, want %v", waited, value, wait)
	}
}

func TestOneFetchServesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := token.New(m.fetch, token.Config{})
		var callers sync.WaitGroup
		for range 100 {
			callers.Go(func() { want(t, s, "t1", time.Second) })
		}
		callers.Wait()
		want(t, s, "t1", 0)
		if m.count() != 1 {
			t.Errorf("%d fetches", m.count())
		}
	})
}

func TestACallerWhoGivesUpLeavesTheOthersTheirToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := token.New(m.fetch, token.Config{})
		hasty, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var callers sync.WaitGroup
		callers.Go(func() {
			if _, err := s.Token(hasty); fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the hasty one got %v", err)
			}
		})
		synctest.Wait() // it came first
		callers.Go(func() { want(t, s, "t1", time.Second) })
		callers.Wait()
	})
}

func TestATokenIsRenewedBeforeItExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := token.New(m.fetch, token.Config{})
		want(t, s, "t1", time.Second)
		time.Sleep(47 * time.Minute)
		want(t, s, "t1", 0)
		if m.count() != 1 {
			t.Errorf("%d fetches before it was due", m.count())
		}
		time.Sleep(2 * time.Minute)
		for range 10 {
			want(t, s, "t1", 0) // due: nobody waits for it
		}
		time.Sleep(time.Second)
		synctest.Wait()
		want(t, s, "t2", 0)
		if m.count() != 2 {
			t.Errorf("%d fetches, want one renewal", m.count())
		}
	})
}

func TestAnExpiredTokenIsNotSent(t *testing.T) {
	for name, tc := range map[string]struct{ life, wait time.Duration }{
		"an hour, less its last moments": {0, time.Hour - 10*time.Second},
		"the vendor does not say":        {-1, 10*time.Minute - 10*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &mint{life: tc.life}
				s := token.New(m.fetch, token.Config{})
				want(t, s, "t1", time.Second)
				time.Sleep(tc.wait)
				want(t, s, "t2", time.Second)
			})
		})
	}
}

func TestAFailedRenewalKeepsTheTokenWhileItLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := token.New(m.fetch, token.Config{})
		want(t, s, "t1", time.Second)
		m.fail(&fault.Error{Kind: fault.Unavailable, Status: 503})
		for range 59 {
			time.Sleep(time.Minute)
			want(t, s, "t1", 0)
		}
		if n := m.count(); n < 5 || n > 12 {
			t.Errorf("%d fetches while due for renewal, want about one a minute", n-1)
		}
		m.fail(nil)
		time.Sleep(time.Minute)
		if _, err := s.Token(t.Context()); err != nil {
			t.Errorf("after the outage: %v", err)
		}
	})
}

func TestAFailureIsRememberedForAWhile(t *testing.T) {
	ill := &fault.Error{Kind: fault.Unavailable, Reason: "ILL", Status: 500}
	for name, tc := range map[string]struct {
		err     error
		fetches int // of 600 callers in a minute, each 100 ms after the one before
		least   time.Duration
	}{
		"the vendor is ill":              {ill, 6, 0},
		"the vendor asks for patience":   {&fault.Error{Kind: fault.Throttled, Status: 429, RetryAfter: 40 * time.Second}, 2, 30 * time.Second},
		"the credentials are refused":    {&fault.Error{Kind: fault.Unauthorized, Status: 401}, 1, 50 * time.Second},
		"the answer never came":          {&fault.Error{Kind: fault.Unavailable, MayApply: true}, 6, 0},
		"the gate is closed: it decides": {&fault.Error{Kind: fault.Unavailable, Reason: "GATE_CLOSED"}, 60, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &mint{err: tc.err}
				s := token.New(m.fetch, token.Config{})
				var longest time.Duration
				for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
					_, err := s.Token(t.Context())
					if f := fault.Of(err); f.Kind != fault.KindOf(tc.err) {
						t.Fatalf("told %v, want %v", err, tc.err)
					} else {
						longest = max(longest, f.RetryAfter)
					}
				}
				if n := m.count(); n > tc.fetches || n < tc.fetches*9/10-1 {
					t.Errorf("%d fetches, want about %d", n, tc.fetches)
				}
				if longest < tc.least {
					t.Errorf("told to wait at most %v, want %v", longest, tc.least)
				}
			})
		})
	}
}

func TestARefusedTokenIsRenewedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &mint{}
		s := token.New(m.fetch, token.Config{})
		sent := signed(t, s)
		if !s.Refused(t.Context(), sent) || !s.Refused(t.Context(), sent) { //nolint:staticcheck // asked twice on purpose
			t.Error("a refused token cannot be renewed, or only by the first who was refused")
		}
		want(t, s, "t2", time.Second)
		if !s.Refused(t.Context(), sent) {
			t.Error("one who still held the old token is not to try the new one")
		}
		if s.Refused(t.Context(), signed(t, s)) {
			t.Error("a token that has just replaced a refused one is renewed again")
		}
		want(t, s, "t2", 0)
		time.Sleep(2 * time.Minute)
		if !s.Refused(t.Context(), signed(t, s)) {
			t.Error("a token refused much later is not renewed")
		}
		want(t, s, "t3", time.Second)
	})
}

func TestARequestWithoutOurTokenIsNotOurs(t *testing.T) {
	s := token.New((&mint{}).fetch, token.Config{})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://halo.test", nil)
	for _, signature := range []string{"", "Bearer ", "Basic abc"} {
		req.Header.Set("Authorization", signature)
		if s.Refused(t.Context(), req) {
			t.Errorf("%q is renewed", signature)
		}
	}
}

// signed is a request with the current token.
func signed(t *testing.T, s *token.Source) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://halo.test", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Sign(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	return req
}
