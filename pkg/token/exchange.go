package token

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// The reasons of a fetch that failed.
const (
	ReasonRefused  = "CREDENTIALS_REFUSED" // the vendor knows them no longer: a person has to act
	ReasonEndpoint = "TOKEN_ENDPOINT"      // the endpoint is ill, or has moved
	ReasonShape    = "TOKEN_SHAPE"         // its answer holds no token
)

// ClientCredentials exchanges a client's id and secret for a token, as op, through c's chain: journalled and gated, never
// signed. The endpoint's origin must be one of c's. cfg.AuthStyle must be set, as finding it out costs a call.
func ClientCredentials(ctx context.Context, c *upstream.Client, op string, cfg clientcredentials.Config) (Token, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, c.HTTP(op, "/token", Classify))
	got, err := cfg.Token(ctx)
	if err != nil {
		return Token{}, explained(op, err)
	}
	return Token{Value: got.AccessToken, Expires: got.Expiry}, nil
}

// explained is err of the library as a fault: the chain's own where there is one.
func explained(op string, err error) error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) || answered.Response == nil {
		return &fault.Error{Op: op, Kind: fault.Drift, Reason: ReasonShape, Status: http.StatusOK, Err: err}
	}
	r := &upstream.Response{Status: answered.Response.StatusCode, Header: answered.Response.Header, Body: answered.Body}
	f := Classify(op, r)
	if f == nil { // a form's error inside a 200
		f = refusal(answered.ErrorCode, answered.ErrorDescription)
	}
	f.Op, f.Status, f.RetryAfter = op, r.Status, upstream.RetryAfter(r.Header, time.Now())
	return f
}

// Classify is what an OAuth token endpoint's answer means [official: RFC 6749, 5.2].
func Classify(_ string, r *upstream.Response) *fault.Error {
	var said struct {
		Code  string `json:"error"`
		Words string `json:"error_description"`
	}
	_ = json.Unmarshal(r.Body, &said) // no JSON: no words
	switch {
	case r.Status == http.StatusTooManyRequests:
		return &fault.Error{Kind: fault.Throttled, Reason: "THROTTLED", Code: said.Code, Message: short(said.Words)}
	case r.Status == http.StatusBadRequest, r.Status == http.StatusUnauthorized, r.Status == http.StatusForbidden:
		return refusal(said.Code, said.Words)
	case r.Status >= 300:
		return endpoint(said.Code, said.Words)
	case said.Code != "": // some say it with a 200
		return refusal(said.Code, said.Words)
	}
	return nil
}

// refusal is final, but for the two codes that say it is not.
func refusal(code, words string) *fault.Error {
	if code == "temporarily_unavailable" || code == "server_error" {
		return endpoint(code, words)
	}
	return &fault.Error{Kind: fault.Unauthorized, Reason: ReasonRefused, Code: code, Message: short(words)}
}

func endpoint(code, words string) *fault.Error {
	return &fault.Error{Kind: fault.Unavailable, Reason: ReasonEndpoint, Code: code, Message: short(words)}
}

func short(words string) string { return strings.ToValidUTF8(words[:min(len(words), 500)], "") }
