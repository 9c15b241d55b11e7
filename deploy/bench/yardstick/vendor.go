package yardstick

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Tenant is the vendor as the adapter is told of it.
type Tenant struct {
	BaseURL      string
	Name         string
	ClientID     string
	ClientSecret string
	Hook         Hook
}

// Hook is where the vendor calls, and how it shows who it is: by what it sends back, or by what it signs with.
type Hook struct{ Path, User, Password, Secret string }

// vendor is a client that trusts the vendor: no journal, no gate, no classification; one token for the life of the process.
type vendor struct {
	base  string
	token string
	http  *http.Client
}

// signIn is a client with a token, keeping so many connections.
func signIn(ctx context.Context, t Tenant, connections int) (*vendor, error) {
	transport := &http.Transport{MaxIdleConns: connections, MaxIdleConnsPerHost: connections}
	v := &vendor{base: t.BaseURL, http: &http.Client{Transport: transport, Timeout: 30 * time.Second}}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.ClientID}, "client_secret": {t.ClientSecret}, "scope": {"all"}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+"/auth/token?tenant="+url.QueryEscape(t.Name), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	text, err := v.do(req)
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	v.token = answer.Token
	return v, nil
}

// update changes a ticket's summary with the request that the adapter makes, and reads the answer without looking at it.
func (v *vendor) update(ctx context.Context, id, summary string) error {
	words, err := json.Marshal(summary)
	if err != nil {
		return err
	}
	body := fmt.Appendf(nil, `[{"id":%s,"summary":%s}]`, id, words)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.base+"/api/Tickets", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+v.token)
	_, err = v.do(req)
	return err
}

func (v *vendor) do(req *http.Request) ([]byte, error) {
	resp, err := v.http.Do(req)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return nil, fmt.Errorf("the vendor says %s: %s", resp.Status, text)
	}
	return text, nil
}
