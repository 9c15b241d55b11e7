package upstream

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// host is the link that keeps requests at the connection's own addresses and answers within bounds.
type host struct {
	next    http.RoundTripper
	allowed *hosts
	maxBody int64
}

func (l host) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req)
	if !l.allowed.allow(req) {
		return nil, &fault.Error{
			Op: x.Op, Kind: fault.Drift, Reason: ReasonHost,
			Message: fmt.Sprintf("%s://%s is not an address of this connection", req.URL.Scheme, req.URL.Host),
		}
	}
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // what it says was said by the read
	return l.read(x, resp)
}

// read takes the whole answer into memory. An error's page that is too long or breaks off is still an error's page.
func (l host) read(x *exchange, resp *http.Response) (*http.Response, error) {
	body, err := io.ReadAll(io.LimitReader(resp.Body, l.maxBody+1))
	tooLarge := int64(len(body)) > l.maxBody
	body = body[:min(int64(len(body)), l.maxBody)]
	x.Status, x.Header, x.Body = resp.StatusCode, resp.Header, body
	if resp.StatusCode < http.StatusBadRequest {
		switch {
		case err != nil:
			return nil, x.unread(fault.Unavailable, ReasonAnswerCut, err)
		case tooLarge:
			return nil, x.unread(fault.Drift, ReasonTooLarge, fmt.Errorf("more than %d bytes", l.maxBody))
		}
	}
	x.answer = &Response{Method: x.Method, Status: resp.StatusCode, Header: resp.Header, Body: body, Date: dateOf(resp.Header)}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, nil
}

// unread is a success that we could not read: applied, if it was a write.
func (x *exchange) unread(kind fault.Kind, reason string, err error) *fault.Error {
	return &fault.Error{Op: x.Op, Kind: kind, Reason: reason, MayApply: true, Err: err}
}
