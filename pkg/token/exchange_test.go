package token_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/token"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// vendor has a token endpoint and one resource.
type vendor struct {
	*httptest.Server
	client *upstream.Client
	tokens *token.Source

	form             url.Values   // of the last exchange
	exchanges, calls atomic.Int32 // how many
}

func newVendor(t *testing.T, exchange, resource http.HandlerFunc) *vendor {
	t.Helper()
	v, mux := &vendor{}, http.NewServeMux()
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		v.exchanges.Add(1)
		_ = r.ParseForm()
		v.form = r.PostForm
		exchange(w, r)
	})
	mux.HandleFunc("/tickets", func(w http.ResponseWriter, r *http.Request) {
		v.calls.Add(1)
		resource(w, r)
	})
	v.Server = httptest.NewServer(mux)
	t.Cleanup(v.Close)
	v.tokens = token.New(v.fetch, token.Config{})
	var err error
	v.client, err = upstream.New(upstream.Config{
		Vendor: "halo", Connection: "acme", Hosts: []string{v.URL}, Sign: v.tokens,
		Classify: func(_ string, r *upstream.Response) *fault.Error {
			if r.Status == http.StatusUnauthorized {
				return &fault.Error{Kind: fault.Unauthorized, Reason: "UNAUTHORIZED"}
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.client.CloseIdleConnections)
	return v
}

func (v *vendor) fetch(ctx context.Context) (token.Token, error) {
	return token.ClientCredentials(ctx, v.client, "halo.Token", clientcredentials.Config{
		ClientID: "me", ClientSecret: "s3cret", TokenURL: v.URL + "/token?tenant=acme", Scopes: []string{"all"}, AuthStyle: oauth2.AuthStyleInParams,
	})
}

func (v *vendor) call(ctx context.Context) error {
	_, err := v.client.Do(ctx, upstream.Call{Op: "halo.X", Method: http.MethodPost, URL: v.URL + "/tickets", Route: "/tickets", Body: []byte("[]")})
	return err
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func TestCredentialsBecomeAToken(t *testing.T) {
	v := newVendor(t, says(200, `{"access_token":"abc","token_type":"Bearer","expires_in":3600}`), says(200, ""))
	got, err := v.fetch(t.Context())
	if err != nil || got.Value != "abc" || time.Until(got.Expires) < 59*time.Minute {
		t.Errorf("%+v, %v", got, err)
	}
	want := url.Values{"grant_type": {"client_credentials"}, "client_id": {"me"}, "client_secret": {"s3cret"}, "scope": {"all"}}
	if v.form.Encode() != want.Encode() {
		t.Errorf("sent %v", v.form)
	}
}

func TestWhyThereIsNoToken(t *testing.T) {
	for name, tc := range map[string]struct {
		status       int
		body         string
		kind         fault.Kind
		reason, code string
	}{
		"unknown client":                   {401, `{"error":"invalid_client","error_description":"no"}`, fault.Unauthorized, token.ReasonRefused, "invalid_client"},
		"unknown client, as a bad request": {400, `{"error":"invalid_client"}`, fault.Unauthorized, token.ReasonRefused, "invalid_client"},
		"refused without a word":           {400, ``, fault.Unauthorized, token.ReasonRefused, ""},
		"refused inside a 200":             {200, `{"error":"invalid_scope"}`, fault.Unauthorized, token.ReasonRefused, "invalid_scope"},
		"not now":                          {400, `{"error":"temporarily_unavailable"}`, fault.Unavailable, token.ReasonEndpoint, "temporarily_unavailable"},
		"too many":                         {429, `slow down`, fault.Throttled, "THROTTLED", ""},
		"ill":                              {502, `<html>`, fault.Unavailable, token.ReasonEndpoint, ""},
		"moved":                            {404, ``, fault.Unavailable, token.ReasonEndpoint, ""},
		"pointing elsewhere":               {302, ``, fault.Unavailable, token.ReasonEndpoint, ""},
		"an answer that holds no token":    {200, `{}`, fault.Drift, token.ReasonShape, ""},
		"an answer that is no JSON":        {200, `<html>`, fault.Drift, token.ReasonShape, ""},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVendor(t, says(tc.status, tc.body), says(200, ""))
			err := v.call(t.Context())
			f := fault.Of(err)
			if f.Kind != tc.kind || f.Reason != tc.reason || f.Code != tc.code || f.Status != tc.status {
				t.Errorf("%+v, want %v %s %s", f, tc.kind, tc.reason, tc.code)
			}
			if f.Op != "halo.X" || f.MayApply || v.calls.Load() != 0 {
				t.Errorf("op %q, may apply %v, %d calls: nothing was sent", f.Op, f.MayApply, v.calls.Load())
			}
			_ = v.call(t.Context())
			if n := v.exchanges.Load(); n != 1 {
				t.Errorf("%d exchanges: the failure was not remembered", n)
			}
		})
	}
}

func TestARevokedTokenCostsOneExchange(t *testing.T) {
	revoked := atomic.Bool{}
	v := newVendor(t, says(200, `{"access_token":"abc","expires_in":3600}`), func(w http.ResponseWriter, _ *http.Request) {
		if revoked.Swap(false) {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	for range 3 {
		if err := v.call(t.Context()); err != nil {
			t.Fatal(err)
		}
		revoked.Store(v.exchanges.Load() == 1)
	}
	if v.exchanges.Load() != 2 || v.calls.Load() != 4 {
		t.Errorf("%d exchanges and %d calls, want 2 and 4", v.exchanges.Load(), v.calls.Load())
	}
}

func TestCredentialsWithoutRightsDoNotLoop(t *testing.T) {
	v := newVendor(t, says(200, `{"access_token":"abc","expires_in":3600}`), says(401, ""))
	for range 10 {
		if err := v.call(t.Context()); fault.KindOf(err) != fault.Unauthorized {
			t.Fatalf("told %v", err)
		}
	}
	if v.exchanges.Load() != 2 || v.calls.Load() != 11 {
		t.Errorf("%d exchanges and %d calls, want 2 and 11", v.exchanges.Load(), v.calls.Load())
	}
}
