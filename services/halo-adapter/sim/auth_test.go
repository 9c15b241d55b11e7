package sim_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

func TestSignIn(t *testing.T) {
	hosted := sim.Config{Tenant: "acme"}
	for name, row := range map[string]struct {
		cfg  sim.Config
		path string
		form url.Values
		want int
		err  string
	}{
		"a self-hosted tenant asks for no name":          {sim.Config{}, "/auth/token", url.Values{}, 200, ""},
		"the tenant's name is taken from the query":      {hosted, "/auth/token?tenant=acme", url.Values{}, 200, ""},
		"the tenant's name is taken from the form":       {hosted, "/auth/token", url.Values{"tenant": {"acme"}}, 200, ""},
		"a hosted tenant refuses who names none":         {hosted, "/auth/token", url.Values{}, 400, "invalid_request"},
		"a wrong secret is an invalid client":            {sim.Config{}, "/auth/token", url.Values{"client_secret": {"no"}}, 401, "invalid_client"},
		"another grant than client credentials is a 400": {sim.Config{}, "/auth/token", url.Values{"grant_type": {"password"}}, 400, "unsupported_grant_type"},
	} {
		t.Run(name, func(t *testing.T) {
			x := &tenant{T: t}
			x.url = serve(t, row.cfg)
			status, answer := x.tokenCall(row.path, row.form)
			got, _ := answer["error"].(string)
			if status != row.want || got != row.err {
				t.Errorf("%d %v, want %d %q", status, answer, row.want, row.err)
			}
		})
	}
}

func TestAuthInfoLeadsToTheTokenEndpoint(t *testing.T) {
	x := open(t, sim.Config{})
	if got := x.get("/api/authinfo")["auth_url"]; got != x.url+"/auth" {
		t.Errorf("auth_url is %v", got)
	}
}

func TestTokens(t *testing.T) {
	for name, row := range map[string]struct {
		happen func(*tenant)
		want   int
	}{
		"a fresh token is good":                       {func(*tenant) {}, 200},
		"no token is a 401":                           {func(x *tenant) { x.token = "" }, 401},
		"an expired token is a 401":                   {func(x *tenant) { x.clock.Advance(time.Minute) }, 401},
		"a revoked token is a 401":                    {func(x *tenant) { x.plan(`{"expire_tokens":true}`) }, 401},
		"a token issued after the revocation is good": {func(x *tenant) { x.plan(`{"expire_tokens":true}`); x.signIn("all") }, 200},
		"revoked keys make every token a 401":         {func(x *tenant) { x.plan(`{"revoke_keys":true}`) }, 401},
		"a token to read may read":                    {func(x *tenant) { x.signIn("read:tickets") }, 200},
		"a token to edit may read":                    {func(x *tenant) { x.signIn("edit:tickets") }, 200},
		"a token for customers may not read tickets":  {func(x *tenant) { x.signIn("read:customers") }, 403},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, sim.Config{TokenLife: time.Minute})
			row.happen(x)
			if status, answer := x.do(http.MethodGet, "/api/Tickets", ""); status != row.want {
				t.Errorf("%d %v, want %d", status, answer, row.want)
			}
		})
	}
}

func TestATokenToReadMayNotWrite(t *testing.T) {
	x := open(t, sim.Config{})
	x.signIn("read:tickets")
	if status, _ := x.do(http.MethodPost, "/api/Tickets", `[{"summary":"x"}]`); status != http.StatusForbidden {
		t.Errorf("%d, want 403", status)
	}
}
