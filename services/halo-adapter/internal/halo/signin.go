package halo

import (
	"context"
	"encoding/json"
	"net/url"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/token"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// AuthInfo is where to sign in.
type AuthInfo struct {
	AuthURL  string `json:"auth_url"`  // the token endpoint is below it
	TenantID string `json:"tenant_id"` // empty: self-hosted
}

// Discover asks Halo where to sign in. When Halo answers that it cannot say, the usual place is taken; a Halo that does not
// answer is an error [client library: homotechsual/HaloAPI Connect-HaloAPI.ps1].
func (c *Client) Discover(ctx context.Context) (AuthInfo, error) {
	resp, err := c.do(ctx, upstream.Call{Op: "halo.AuthInfo", URL: "/authinfo", Route: "/authinfo", Unsigned: true})
	if f := fault.Of(err); f != nil && (f.Status == 0 || f.Kind == fault.Throttled) {
		return AuthInfo{}, err
	}
	info := AuthInfo{}
	if err == nil {
		err = json.Unmarshal(resp.Body, &info)
	}
	if err != nil || info.AuthURL == "" {
		return AuthInfo{AuthURL: c.base + "/auth"}, nil //nolint:nilerr // an answer that does not say is not a failure
	}
	return info, nil
}

// SignIn is the token that calls carry, which is fetched if there is none.
func (c *Client) SignIn(ctx context.Context) (token.Token, error) { return c.tokens.Token(ctx) }

// fetchToken signs in. What Halo said about the place is kept until signing in there fails for another reason than ourselves.
func (c *Client) fetchToken(ctx context.Context) (token.Token, error) {
	info, err := c.place(ctx)
	if err != nil {
		return token.Token{}, err
	}
	endpoint, err := c.endpoint(info)
	if err != nil {
		return token.Token{}, &fault.Error{Op: "halo.AuthInfo", Kind: fault.Drift, Reason: ReasonDrift, Field: "auth_url", Err: err}
	}
	t, err := token.ClientCredentials(ctx, c.up, "halo.Token", clientcredentials.Config{
		ClientID: c.cfg.ClientID, ClientSecret: c.cfg.ClientSecret, Scopes: []string{c.cfg.Scope},
		TokenURL: endpoint, AuthStyle: oauth2.AuthStyleInParams,
	})
	if err != nil && fault.KindOf(err) != fault.Unauthorized {
		c.signIn.Store(nil)
	}
	return t, err
}

func (c *Client) place(ctx context.Context) (AuthInfo, error) {
	if known := c.signIn.Load(); known != nil {
		return *known, nil
	}
	info, err := c.Discover(ctx)
	if err == nil {
		c.signIn.Store(&info)
	}
	return info, err
}

// endpoint is the token endpoint. Hosted tenants are named in the query; self-hosted ones have no name.
func (c *Client) endpoint(info AuthInfo) (string, error) {
	base, err := url.Parse(c.base + "/")
	if err != nil {
		return "", err
	}
	at, err := base.Parse(info.AuthURL)
	if err != nil {
		return "", err
	}
	at = at.JoinPath("token")
	tenant := c.cfg.Tenant
	if tenant == "" {
		tenant = info.TenantID
	}
	if tenant != "" {
		at.RawQuery = url.Values{"tenant": {tenant}}.Encode()
	}
	return at.String(), nil
}
