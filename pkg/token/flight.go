package token

import (
	"context"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// flight is one fetch and those who wait for it.
type flight struct {
	done  chan struct{} // closed when the rest is set
	token Token
	err   error
}

// fly joins the fetch under way, or starts one. It outlives the caller who happened to be first, by at most the timeout,
// and keeps that one's trace and place at the gate.
func (s *Source) fly(ctx context.Context) *flight {
	if s.flight != nil {
		return s.flight
	}
	f := &flight{done: make(chan struct{})}
	s.flight = f
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeout)
	go func() {
		defer cancel()
		got, err := s.fetch(ctx)
		s.land(f, got, err)
	}()
	return f
}

func (s *Source) land(f *flight, got Token, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight = nil
	if err != nil {
		f.err = fault.Of(err)
		s.fail(fault.Of(err), time.Now())
	} else {
		f.token = got
		s.take(got, time.Now())
	}
	close(f.done)
}

// take makes got the current token. It is not sent in its last moments, lest it expire under way.
func (s *Source) take(got Token, now time.Time) {
	life := s.cfg.Lifetime
	if !got.Expires.IsZero() {
		life = max(got.Expires.Sub(now), time.Second)
	}
	s.current, s.renewAt, s.ends = got, now.Add(life*4/5), now.Add(life-min(life/10, 10*time.Second))
	s.failures, s.failure, s.until = 0, nil, time.Time{}
	if s.refused {
		s.refused, s.replaced = false, now
	}
}

// fail remembers what the vendor answered, so that callers do not hammer it. What never reached the vendor is not
// remembered: who may call it, and when, is the gate's to say, each time anew.
func (s *Source) fail(f *fault.Error, now time.Time) {
	if f.Status == 0 && !f.MayApply {
		return
	}
	s.failures++
	wait := max(s.cfg.Backoff.After(s.failures, 0.5), f.RetryAfter)
	if f.Kind == fault.Unauthorized {
		wait = max(wait, s.cfg.Patience) // a person has to act
	}
	s.failure, s.until = f, now.Add(wait)
}
