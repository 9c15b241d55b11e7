package upstream

import (
	"context"
	"net/http"
)

// Signer puts the connection's credentials on a request. token.Source is one, StaticHeaders another.
type Signer interface {
	// Sign changes req's header only. It may wait for a token, as long as ctx allows; its error stops the request unsent.
	Sign(ctx context.Context, req *http.Request) error
	// Refused is told that the vendor does not accept req's signature, and answers whether signing anew may help.
	Refused(ctx context.Context, req *http.Request) bool
}

// StaticHeaders are credentials that never change by themselves: an API key, basic auth, a client id. When the vendor
// refuses them, a person has to act.
type StaticHeaders http.Header

// Sign sets the headers.
func (s StaticHeaders) Sign(_ context.Context, req *http.Request) error {
	for name, values := range s {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	return nil
}

// Refused is false: the same headers would be refused again.
func (StaticHeaders) Refused(context.Context, *http.Request) bool { return false }
