package upstream

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Exchange is one request and what came of it, as the journal is told. Its headers and bodies are as they were on the wire:
// redacting them is the journal's. Nothing in it may be changed, and nothing kept that was not copied.
type Exchange struct {
	Vendor, Connection, Op string
	Job, Entity            string // may be empty

	Method, Route string
	URL           string // with its query
	RequestHeader http.Header
	RequestBody   []byte

	Started    time.Time
	Duration   time.Duration
	Status     int // 0: no answer
	Header     http.Header
	Body       []byte
	TrackingID string
	Fault      *fault.Error // nil: success
	TraceID    string       // empty: not traced
}

// exchange is what the links of one request tell each other; it travels in the request's context.
type exchange struct {
	Exchange
	classify Classifier
	signer   Signer    // nil: unsigned, or signed anew already
	resend   int       // 1 for the repeat after a refused signature
	answer   *Response // nil: none, or none that could be read
	renewed  bool      // the signature was refused and can be renewed: the request is to be repeated

	hooked atomic.Bool // the transport reports its steps
	handed atomic.Bool // a connection was handed the request: from here on bytes may have left
	late   atomic.Bool // the time was up when the body was asked for: it did not leave
}

type exchangeKey struct{}

func within(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

func exchangeOf(req *http.Request) *exchange {
	return req.Context().Value(exchangeKey{}).(*exchange)
}

func (c *Client) exchange(ctx context.Context, call Call, resend int) *exchange {
	if call.Job == "" {
		call.Job = jobOf(ctx)
	}
	x := &exchange{resend: resend, classify: c.cfg.Classify, Exchange: Exchange{
		Vendor: c.cfg.Vendor, Connection: c.cfg.Connection, Op: call.Op, Job: call.Job, Entity: call.Entity,
		Method: call.method(), Route: call.Route, URL: call.URL, RequestBody: call.Body,
	}}
	if resend == 0 && !call.Unsigned {
		x.signer = c.cfg.Sign
	}
	return x
}

// sees notes the request as it will leave; the header map is shared, so the signature will be in it.
func (x *exchange) sees(req *http.Request) {
	x.URL, x.RequestHeader = req.URL.String(), req.Header
}

// reads is whether the request changes nothing by its method alone.
func (x *exchange) reads() bool { return x.Method == http.MethodGet || x.Method == http.MethodHead }

// mayHaveLeft is in doubt yes: a transport that reports nothing is taken to have sent.
func (x *exchange) mayHaveLeft() bool { return x.handed.Load() || !x.hooked.Load() }

// ours is whether a failure says nothing about the vendor.
func (x *exchange) ours() bool {
	if x.Fault == nil {
		return false
	}
	switch x.Fault.Reason {
	case ReasonDeadline, ReasonCanceled, ReasonHost:
		return true
	}
	return x.renewed
}
