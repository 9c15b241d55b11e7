package upstream

import (
	"errors"
	"net/http"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// verdict is the link that says what came of the request: below it errors are raw, above it they are faults. It also asks
// the signer about a refusal, so that the gate, above, does not take a token that has merely run out for a revoked one.
type verdict struct {
	next     http.RoundTripper
	tracking []string
	now      func() time.Time
}

func (l verdict) RoundTrip(req *http.Request) (*http.Response, error) {
	x := exchangeOf(req)
	resp, err := l.next.RoundTrip(req)
	x.TrackingID = firstOf(x.Header, l.tracking)
	if err != nil {
		x.Fault = l.complete(x, x.unanswered(err))
		return nil, x.Fault
	}
	x.answer.TrackingID = x.TrackingID
	x.Fault = l.complete(x, x.judged())
	x.renewed = x.refused() && x.signer.Refused(req.Context(), req)
	return resp, nil
}

// unanswered keeps what the links below have classified themselves.
func (x *exchange) unanswered(err error) *fault.Error {
	var known *fault.Error
	if errors.As(err, &known) {
		return known
	}
	return x.broken(err)
}

// judged is the adapter's verdict, but that a redirect is never a success: nothing was done where it points to.
func (x *exchange) judged() *fault.Error {
	f := x.classify(x.Op, x.answer)
	if f == nil && redirects(x.Status) {
		f = &fault.Error{Kind: fault.Drift, Reason: ReasonRedirected, Message: "answered with a redirect"}
	}
	return f
}

// refused is whether the vendor does not accept a signature that has not been renewed yet.
func (x *exchange) refused() bool {
	return x.signer != nil && x.Fault != nil && x.Fault.Kind == fault.Unauthorized
}

// redirects leaves out 304, which answers a condition that the adapter itself made.
func redirects(status int) bool { return status/100 == 3 && status != http.StatusNotModified }

// complete fills in what every fault of an answer has. A read never applies anything.
func (l verdict) complete(x *exchange, f *fault.Error) *fault.Error {
	if f == nil {
		return nil
	}
	full := *f // a classifier may hand out shared values
	if full.Op == "" {
		full.Op = x.Op
	}
	if full.Status == 0 {
		full.Status = x.Status
	}
	if full.TrackingID == "" {
		full.TrackingID = x.TrackingID
	}
	if full.RetryAfter == 0 {
		full.RetryAfter = RetryAfter(x.Header, l.now())
	}
	full.MayApply = full.MayApply && !x.reads()
	return &full
}

func firstOf(h http.Header, names []string) string {
	for _, name := range names {
		if v := h.Get(name); v != "" {
			return v
		}
	}
	return ""
}
