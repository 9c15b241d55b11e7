package upstream_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestALibrarysRequestsPassTheSameChain(t *testing.T) {
	var form url.Values
	s := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form = r.PostForm
		http.Error(w, `{"error":"invalid_client"}`, http.StatusBadRequest)
	})
	w := &witness{}
	c := client(t, s.URL, w, func(cfg *upstream.Config) { cfg.Sign = broken{} })
	said := func(op string, _ *upstream.Response) *fault.Error {
		return &fault.Error{Kind: fault.Unauthorized, Reason: "CREDENTIALS_REFUSED", Message: op}
	}

	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/token", strings.NewReader("client_id=me"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.HTTP("halo.Token", "/token", said).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 400 || !strings.Contains(string(body), "invalid_client") || form.Get("client_id") != "me" {
		t.Errorf("answered %d %s to %v", resp.StatusCode, body, form)
	}
	if len(w.rows) != 1 || w.rows[0].Op != "halo.Token" || w.rows[0].Route != "/token" || string(w.rows[0].RequestBody) != "client_id=me" {
		t.Errorf("journal %+v", w.rows)
	}
	if f := w.outcomes[0].Fault; f.Reason != "CREDENTIALS_REFUSED" || f.Message != "halo.Token" {
		t.Errorf("the gate was told %v", f)
	}
}

func TestALibraryIsNotLedAway(t *testing.T) {
	s := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://evil.test", http.StatusFound)
	})
	c := client(t, s.URL, &witness{}, nil)
	resp, err := c.HTTP("halo.Token", "/token", nil).Get(s.URL)
	if err != nil || resp.StatusCode != http.StatusFound {
		t.Fatalf("%v, %v", resp, err)
	}
	_ = resp.Body.Close()
	_, err = c.HTTP("halo.Token", "/token", nil).Get("https://evil.test") //nolint:bodyclose // refused: there is none
	if f := fault.Of(err); f.Reason != upstream.ReasonHost || f.MayApply {
		t.Errorf("a stranger was asked: %v", err)
	}
}
