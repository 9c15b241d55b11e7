package sim

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// authorize finds out for which account a request acts. A bad key is 401, a missing permission 403. [official: keys, restricted
// keys, Connect "Making API calls for connected accounts"]
func (s *Stripe) authorize(r *http.Request, op route) (*account, error) {
	if s.faults.TakeExpiry() {
		s.expired.Store(true)
	}
	key := sentKey(r)
	restricted := s.cfg.RestrictedKey != "" && same(key, s.cfg.RestrictedKey)
	switch {
	case key == "":
		return nil, refusal{status: 401, message: "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."}
	case !restricted && !same(key, s.cfg.Key), s.faults.For(r).RevokeKeys:
		return nil, badKey(key)
	case s.expired.Load():
		return nil, refusal{status: 401, code: "api_key_expired", message: "Expired API Key provided: " + redacted(key)}
	case restricted && !s.granted(op, r.Method):
		return nil, refusal{status: 403, message: "The provided key '" + redacted(key) + "' does not have the required permissions for this endpoint on account '" + s.cfg.Account + "'. Having the '" + permission(op, r.Method) + "' permission would allow this request to continue."}
	}
	id := orText(r.Header.Get("Stripe-Account"), s.cfg.Account)
	if a := s.accounts[id]; a != nil {
		return a, nil
	}
	return nil, refusal{status: 403, code: "account_invalid", message: "The provided key does not have access to account '" + id + "' (or that account does not exist). Application access may have been revoked."}
}

// sentKey is the bearer token, or the user name of Basic auth.
func sentKey(r *http.Request) string {
	if user, _, ok := r.BasicAuth(); ok {
		return user
	}
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return key
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func badKey(key string) refusal {
	return refusal{status: http.StatusUnauthorized, message: "Invalid API Key provided: " + redacted(key)}
}

func redacted(key string) string {
	if len(key) <= 12 {
		return strings.Repeat("*", len(key))
	}
	return key[:8] + strings.Repeat("*", len(key)-12) + key[len(key)-4:]
}

func permission(op route, method string) string {
	if method == http.MethodGet {
		return op.resource() + ":read"
	}
	return op.resource() + ":write"
}

func (s *Stripe) granted(op route, method string) bool {
	return slices.Contains(s.cfg.Grants, permission(op, method)) || slices.Contains(s.cfg.Grants, op.resource()+":write")
}
