// Package token answers which token to send: fetched once for all callers, renewed before it expires, and renewed once when
// the vendor refuses it.
package token

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/backoff"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Token is a bearer token.
type Token struct {
	Value   string
	Expires time.Time // zero: the vendor did not say
}

// Fetch gets a new token. Its error, when it is a fault, is what callers are told.
type Fetch func(ctx context.Context) (Token, error)

// Config is how a Source waits. The zero value works.
type Config struct {
	Timeout  time.Duration    // of one fetch; 0: 20 s
	Lifetime time.Duration    // of a token whose vendor does not say; 0: 10 min
	Patience time.Duration    // how long a token stays, refused, that already replaced a refused one; 0: 1 min
	Backoff  backoff.Schedule // how long a failure is remembered; nil: 1 s, growing to 1 min
}

// Source is one connection's token. It is safe for concurrent use, and an upstream.Signer.
type Source struct {
	fetch Fetch
	cfg   Config

	mu      sync.Mutex
	current Token     // empty: none, or refused
	renewAt time.Time // when four fifths of current's life are over
	ends    time.Time // when it is no longer sent
	flight  *flight   // the fetch under way; nil: none

	refused  bool      // the next token replaces a refused one
	replaced time.Time // when the last such arrived

	failures int          // in a row
	failure  *fault.Error // the last, until then
	until    time.Time
}

// flight is one fetch and those who wait for it.
type flight struct {
	done  chan struct{} // closed when the rest is set
	token Token
	err   error
}

var _ upstream.Signer = (*Source)(nil)

// New is a Source without a token: the first caller fetches it.
func New(fetch Fetch, cfg Config) *Source {
	if cfg.Timeout <= 0 {
		cfg.Timeout = 20 * time.Second
	}
	if cfg.Lifetime <= 0 {
		cfg.Lifetime = 10 * time.Minute
	}
	if cfg.Patience <= 0 {
		cfg.Patience = time.Minute
	}
	if cfg.Backoff == nil {
		cfg.Backoff = backoff.Schedule{time.Second, 2 * time.Second, 5 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute}
	}
	return &Source{fetch: fetch, cfg: cfg}
}

// Token is a valid token. A caller waits only while there is none, and no longer than its ctx; one that comes when the
// token is due for renewal starts that and takes the old one along.
func (s *Source) Token(ctx context.Context) (Token, error) {
	have, f, err := s.look(ctx, time.Now())
	if f == nil {
		return have, err
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return Token{}, &fault.Error{Kind: fault.Unavailable, Reason: upstream.ReasonDeadline, Message: "no token in time", Err: ctx.Err()}
	}
}

// look is the current token, or the fetch to wait for, or the failure that is not yet to be repeated.
func (s *Source) look(ctx context.Context, now time.Time) (Token, *flight, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	valid := s.current.Value != "" && now.Before(s.ends)
	rests := now.Before(s.until)
	switch {
	case valid && (rests || now.Before(s.renewAt)):
		return s.current, nil, nil
	case valid:
		s.fly(ctx)
		return s.current, nil, nil
	case s.flight == nil && rests:
		again := *s.failure
		again.RetryAfter = s.until.Sub(now)
		return Token{}, nil, &again
	}
	return Token{}, s.fly(ctx), nil
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
		wait = max(wait, time.Minute) // a person has to act
	}
	s.failure, s.until = f, now.Add(wait)
}

// Sign sends the token along.
func (s *Source) Sign(ctx context.Context, req *http.Request) error {
	t, err := s.Token(ctx)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", bearer+t.Value)
	return nil
}

const bearer = "Bearer "

// Refused forgets the token that req was sent with.
func (s *Source) Refused(_ context.Context, req *http.Request) bool {
	used, ours := strings.CutPrefix(req.Header.Get("Authorization"), bearer)
	return ours && used != "" && s.Invalidate(used)
}

// Invalidate forgets used, if it is still the current token, and answers whether another may fare better. It may not when
// used itself has just replaced a refused one: then the credentials lack a right, and renewing would only spend budget.
func (s *Source) Invalidate(used string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if used != s.current.Value {
		return true // another caller was quicker
	}
	if time.Since(s.replaced) < s.cfg.Patience {
		return false
	}
	s.current, s.refused = Token{}, true
	return true
}
