package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// maxForm bounds a request that a library makes through HTTP.
const maxForm = 1 << 20

// HTTP is the chain, unsigned, as an http.Client: for libraries that want one, as those that sign in do. Every request
// through it counts as op on route, and classify (nil: the Client's own) says what its answer means to the gate and the
// journal; the library sees the answer as it came. Redirects are not followed.
func (c *Client) HTTP(op, route string, classify Classifier) *http.Client {
	if classify == nil {
		classify = c.cfg.Classify
	}
	return &http.Client{
		Transport:     bare{client: c, op: op, route: route, classify: classify},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// bare makes an exchange of a request that did not come from Do.
type bare struct {
	client    *Client
	op, route string
	classify  Classifier
}

func (b bare) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := drain(req)
	if err != nil {
		return nil, &fault.Error{Op: b.op, Kind: fault.Invalid, Reason: ReasonMalformed, Err: err}
	}
	x := b.client.exchange(req.Context(), Call{Op: b.op, Method: req.Method, Route: b.route, Body: body}, 0)
	x.classify = b.classify
	ctx, cancel := context.WithTimeout(within(req.Context(), x), b.client.cfg.Timeout)
	defer cancel() // the answer's body is in memory by then
	req = req.Clone(ctx)
	req.Body, req.GetBody = http.NoBody, nil // the last link puts the body in
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", b.client.cfg.UserAgent)
	}
	x.sees(req)
	return b.client.chain.RoundTrip(req)
}

// drain reads the request's body, as a RoundTripper must close it in any case.
func drain(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(req.Body, maxForm+1))
	if err == nil && len(body) > maxForm {
		err = errors.New("request body too large")
	}
	return body, err
}
