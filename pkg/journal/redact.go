package journal

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// mask stands where a secret stood.
const mask = "***"

// redactor decides what is kept of a call.
type redactor struct {
	secrets []string        // in normal form
	headers map[string]bool // canonical
	maxBody int
}

func newRedactor(cfg Config) redactor {
	r := redactor{headers: map[string]bool{}, maxBody: cfg.MaxBody}
	for _, word := range append([]string{
		"password", "passwd", "secret", "token", "api_key", "private_key", "authorization", "credential", "assertion", "cookie",
	}, cfg.Secrets...) {
		r.secrets = append(r.secrets, normal(word))
	}
	for _, name := range append([]string{
		"Accept", "Content-Type", "Content-Length", "Date", "ETag", "If-Match", "Idempotency-Key", "Prefer", "Retry-After", "Server", "User-Agent",
		"Request-Id", "X-Request-Id", "Client-Request-Id", "X-Correlation-Id", "CF-Ray",
		"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
	}, cfg.Headers...) {
		r.headers[http.CanonicalHeaderKey(name)] = true
	}
	return r
}

// normal is a key without the ways of spelling it: client_secret, clientSecret, Client-Secret.
func normal(key string) string {
	return strings.Map(func(c rune) rune {
		if strings.ContainsRune("_-. ", c) {
			return -1
		}
		return unicode.ToLower(c)
	}, key)
}

func (r redactor) secret(key string) bool {
	key = normal(key)
	for _, word := range r.secrets {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// header keeps what is on the list: a header that nobody thought of may be a credential.
func (r redactor) header(h http.Header) map[string]string {
	kept := map[string]string{}
	for name, values := range h {
		if r.headers[http.CanonicalHeaderKey(name)] {
			kept[name] = pg.Text(cut(strings.Join(values, ", "), maxText))
		}
	}
	return kept
}

func (r redactor) url(raw string) string {
	path, query, found := strings.Cut(raw, "?")
	if found {
		path += "?" + r.form(query)
	}
	return pg.Text(cut(path, maxText))
}

// form masks pair by pair, so that half a form is masked as well as a whole.
func (r redactor) form(form string) string {
	pairs := strings.Split(form, "&")
	for i, pair := range pairs {
		key, _, found := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(key)
		if err != nil {
			plain = key
		}
		if found && r.secret(plain) {
			pairs[i] = key + "=" + mask
		}
	}
	return strings.Join(pairs, "&")
}

// body is the beginning of a body. It is cut first and masked then, as it may be long, and masked may be longer.
func (r redactor) body(h http.Header, body []byte) string {
	begin := cut(body, r.maxBody)
	if isForm(h) {
		return pg.Text(cut(r.form(begin), r.maxBody))
	}
	return pg.Text(cut(r.json(begin), r.maxBody))
}
