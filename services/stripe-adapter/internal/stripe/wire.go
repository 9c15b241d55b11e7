package stripe

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// ask is a call as the chain wants to know it: what stripe-go's request does not say.
type ask struct {
	op     string // "stripe.CreateRefund"
	route  string // "/v1/refunds"
	entity string // "refund/re_3Nx"; empty: none

	platform bool // it is of the key's own account, whichever it acts for
}

type askKey struct{}

func asking(ctx context.Context, a ask) context.Context { return context.WithValue(ctx, askKey{}, a) }

// wire hands to the chain what stripe-go is about to send, and to stripe-go what the chain brought back. What the chain refuses,
// and what the vendor refuses, comes back as the chain's fault, not as stripe-go's reading of it.
type wire struct{ up *upstream.Client }

func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := bodyOf(req)
	if err != nil {
		return nil, err
	}
	a, _ := req.Context().Value(askKey{}).(ask)
	got, err := w.up.Do(req.Context(), upstream.Call{
		Op: a.op, Method: req.Method, URL: req.URL.String(), Route: a.route, Entity: a.entity, Header: header(req.Header), Body: body,
	})
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: got.Status, Header: got.Header, Body: io.NopCloser(bytes.NewReader(got.Body)), Request: req}, nil
}

// header leaves out the key, which is the chain's to put there, and what stripe-go tells of the machine that it runs on.
func header(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range []string{"Authorization", "User-Agent", "X-Stripe-Client-User-Agent"} {
		h.Del(name)
	}
	return h
}

func bodyOf(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	return io.ReadAll(req.Body)
}
