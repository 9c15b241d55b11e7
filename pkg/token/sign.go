package token

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

var _ upstream.Signer = (*Source)(nil)

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
