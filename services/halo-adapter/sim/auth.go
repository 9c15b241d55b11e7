package sim

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// maxTokens bounds how many tokens are remembered; the oldest stop working.
const maxTokens = 10_000

// tokens are those issued and still good.
type tokens struct {
	mu     sync.Mutex
	issued map[string]grant
	order  []string
}

type grant struct {
	until  time.Time
	scopes []string
}

func (t *tokens) add(token string, g grant) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.issued == nil {
		t.issued = map[string]grant{}
	}
	if len(t.order) >= maxTokens {
		delete(t.issued, t.order[0])
		t.order = t.order[1:]
	}
	t.issued[token] = g
	t.order = append(t.order, token)
}

func (t *tokens) find(token string) (grant, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok := t.issued[token]
	return g, ok
}

func (t *tokens) revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.issued, t.order = nil, nil
}

func (h *Halo) signInRoutes() []route {
	return []route{{method: "GET", path: "/AuthInfo", serve: h.authInfo}}
}

// authInfo tells where to sign in [client library: homotechsual/HaloAPI Connect-HaloAPI.ps1].
func (h *Halo) authInfo(c *call) (any, error) {
	return authInfo{AuthURL: "http://" + c.Host + "/auth", TenantID: h.cfg.Tenant}, nil
}

type authInfo struct {
	AuthURL  string `json:"auth_url"`
	TenantID string `json:"tenant_id"`
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
}

// issueToken takes the tenant in the query or in the form: published clients do either. The status and body of a refusal are
// OAuth's; the vendor's own are unknown [unsure].
func (h *Halo) issueToken(w http.ResponseWriter, r *http.Request) {
	if h.faults.TakeExpiry() {
		h.tokens.revoke()
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil || r.PostForm.Get("grant_type") != "client_credentials" {
		vendorsim.WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
		return
	}
	if h.faults.For(r).RevokeKeys || !h.credentials(r) {
		vendorsim.WriteJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	if h.cfg.Tenant != "" && r.Form.Get("tenant") != h.cfg.Tenant {
		vendorsim.WriteJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": "unknown tenant"})
		return
	}
	scope := orText(r.PostForm.Get("scope"), "all")
	token := strings.ReplaceAll(h.dice.UUID()+h.dice.UUID(), "-", "")
	h.tokens.add(token, grant{until: h.cfg.Clock().Add(h.cfg.TokenLife), scopes: strings.Fields(scope)})
	vendorsim.WriteJSON(w, http.StatusOK, tokenAnswer{token, "Bearer", int(h.cfg.TokenLife.Seconds()), scope})
}

func (h *Halo) credentials(r *http.Request) bool {
	id := subtle.ConstantTimeCompare([]byte(r.PostForm.Get("client_id")), []byte(h.cfg.ClientID))
	secret := subtle.ConstantTimeCompare([]byte(r.PostForm.Get("client_secret")), []byte(h.cfg.ClientSecret))
	return id&secret == 1
}

// authorize checks the token of a call. Expired and revoked are both 401; a missing scope is 403.
func (h *Halo) authorize(r *http.Request, scope string) error {
	if h.faults.TakeExpiry() {
		h.tokens.revoke()
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	g, ok := h.tokens.find(token)
	if !ok || !strings.EqualFold(scheme, "Bearer") || !h.cfg.Clock().Before(g.until) || h.faults.For(r).RevokeKeys {
		return refusal{http.StatusUnauthorized, "Authorization has been denied for this request."}
	}
	if !g.allows(scope) {
		return refusal{http.StatusForbidden, "You do not have permission to do this."}
	}
	return nil
}

// allows: "all" and "admin" cover everything, "all:standard" everything but administration, and edit covers read.
// [client library: homotechsual/HaloAPI HaloAuth.psm1 for the names; what covers what is inferred]
func (g grant) allows(scope string) bool {
	enough := []string{"all", "admin", scope, strings.Replace(scope, "read:", "edit:", 1)}
	if scope != "admin" {
		enough = append(enough, "all:standard")
	}
	return slices.ContainsFunc(g.scopes, func(s string) bool { return slices.Contains(enough, s) })
}
