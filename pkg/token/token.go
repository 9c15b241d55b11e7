// Package token answers which token to send: fetched once for all callers, renewed before it expires, and renewed once when
// the vendor refuses it.
package token

import (
	"context"
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
	Patience time.Duration    // how long refused credentials stay refused, and a token that replaced a refused one; 0: 1 min
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
