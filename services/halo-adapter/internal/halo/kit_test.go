package halo

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// vendor is a server that signs anybody in, answers every call with one answer, and remembers the last request.
type vendor struct {
	url    string
	status int
	body   string
	method string
	path   string
	query  url.Values
	sent   string
	auth   string
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/api/authinfo":
		_, _ = io.WriteString(w, `{"auth_url":"`+v.url+`/auth","tenant_id":"acme"}`)
		return
	case "/auth/token":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"abc","token_type":"Bearer","expires_in":3600,"scope":"all"}`)
		return
	}
	body, _ := io.ReadAll(r.Body)
	v.method, v.path, v.query, v.sent, v.auth = r.Method, r.URL.Path, r.URL.Query(), string(body), r.Header.Get("Authorization")
	w.Header().Set("X-Request-Id", "r1")
	w.WriteHeader(v.status)
	_, _ = io.WriteString(w, v.body)
}

// answering is a vendor, and a client of it.
func answering(t *testing.T, status int, body string) (*vendor, *Client) {
	t.Helper()
	v := &vendor{status: status, body: body}
	v.url = serve(t, v)
	return v, connect(t, Config{BaseURL: v.url + "/"})
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func connect(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.ClientID, cfg.ClientSecret = or(cfg.ClientID, "halo-sim-client"), or(cfg.ClientSecret, "halo-sim-secret")
	c, err := New(cfg, upstream.Config{Connection: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func golden(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(b), "\n")
}
