package upstream

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"
)

// Call is what to ask of the vendor. Op, URL and Route are required.
type Call struct {
	Op       string      // "halo.UpdateTicket": names the call in faults, rows and spans
	Method   string      // empty: GET
	URL      string      // absolute; its origin must be one of the connection's
	Route    string      // "/Tickets/{id}": the path without its particulars, for labels
	Query    url.Values  // added to what URL already has
	Header   http.Header // added to Accept and Content-Type: application/json, which it may replace
	Body     []byte      // nil: none
	Job      string      // our job; empty: the one of WithJob
	Entity   string      // "ticket/10421": the breaker counts one entity once
	Unsigned bool        // leave without a signature: discovery and signing in
}

// Response is a vendor's whole answer.
type Response struct {
	Method     string // of the request
	Status     int
	Header     http.Header
	Body       []byte
	Date       time.Time // the vendor's clock; zero if it did not say
	TrackingID string    // the vendor's id for this call; may be empty
}

type jobKey struct{}

// WithJob makes every call under ctx one of the job's, for the journal.
func WithJob(ctx context.Context, job string) context.Context {
	return context.WithValue(ctx, jobKey{}, job)
}

func jobOf(ctx context.Context) string {
	job, _ := ctx.Value(jobKey{}).(string)
	return job
}

// Reads reports whether the request under way in ctx changes nothing, as far as its method says: what a Gate may want to know.
func Reads(ctx context.Context) bool {
	x, under := ctx.Value(exchangeKey{}).(*exchange)
	return under && x.reads()
}

func (c Call) method() string {
	if c.Method == "" {
		return http.MethodGet
	}
	return c.Method
}

// request is the call on paper: nothing has left yet.
func (c Call) request(ctx context.Context, agent string) (*http.Request, error) {
	target, err := url.Parse(c.URL)
	if err != nil {
		return nil, err
	}
	if len(c.Query) > 0 {
		target.RawQuery = joinQuery(target.RawQuery, c.Query.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, c.method(), target.String(), bytes.NewReader(c.Body))
	if err != nil {
		return nil, err
	}
	req.Header = c.header(agent)
	return req, nil
}

// joinQuery leaves a next-link's own query byte for byte as the vendor wrote it.
func joinQuery(own, more string) string {
	if own == "" {
		return more
	}
	return own + "&" + more
}

func (c Call) header(agent string) http.Header {
	h := http.Header{"Accept": {"application/json"}, "User-Agent": {agent}}
	if len(c.Body) > 0 {
		h.Set("Content-Type", "application/json")
	}
	for name, values := range c.Header {
		h[http.CanonicalHeaderKey(name)] = values
	}
	return h
}
