package sim

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// call is one request to an operation.
type call struct {
	*http.Request
	s       *Stripe
	a       *account
	in      *node // what was sent, in the query or the body
	form    url.Values
	plan    vendorsim.Plan
	version string
	id      string // of the request
	by      string // empty: the API
}

// open reads a request and finds out for which account it is.
func (s *Stripe) open(w http.ResponseWriter, r *http.Request, op route) (*call, error) {
	a, err := s.authorize(r, op)
	if err != nil {
		return nil, err
	}
	if !knownVersion(r.Header.Get("Stripe-Version")) {
		return nil, invalid("", "", "Invalid Stripe API version: %s", r.Header.Get("Stripe-Version"))
	}
	form, err := s.sent(w, r)
	if err != nil {
		return nil, err
	}
	in, err := parseForm(form)
	if err != nil {
		return nil, err
	}
	return &call{Request: r, s: s, a: a, in: in, form: form, plan: s.faults.For(r)}, nil
}

// sent is the parameters: of the query for GET, of a form for the others. JSON is refused. [client library: stripe-mock;
// official: "form-encoded request bodies"]
func (s *Stripe) sent(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, refusal{status: http.StatusRequestEntityTooLarge, message: "The request is too large."}
	}
	if r.Method == http.MethodGet || len(body) == 0 {
		return r.URL.Query(), nil
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind != "application/x-www-form-urlencoded" {
		return nil, invalid("", "", "Invalid request (check that your POST content type is application/x-www-form-urlencoded).")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, invalid("", "", "Invalid request: %s", err)
	}
	return form, nil
}

// knownVersion: dated, or dated and named since 2024-09-30. [official: versioning]
func knownVersion(version string) bool {
	if version == "" {
		return true
	}
	day, _, _ := strings.Cut(version, ".")
	_, err := time.Parse(time.DateOnly, day)
	return err == nil
}

// asOf is which state a read sees: the zero time is today's.
func (c *call) asOf() time.Time {
	if stale := c.plan.Stale(); stale > 0 {
		return c.s.time().Add(-stale)
	}
	return time.Time{}
}

// get is one object as a read shows it: perhaps as it was, perhaps not yet.
func (c *call) get(kind, id string) (object, error) {
	o, ok := c.a.shelves[kind].Get(id, c.asOf())
	if !ok || c.s.time().Sub(c.a.shelves[kind].Born(id)) < c.plan.Absent() {
		return nil, missing(http.StatusNotFound, kind, id, paramOf(kind))
	}
	return o, nil
}

// paramOf is the name that the vendor gives to an id in the path. [community: answers captured in issue threads]
func paramOf(kind string) string {
	return orText(map[string]string{"payment_intent": "intent", "customer": "id", "charge": "id", "product": "id", "subscription": "id", "event": "id"}[kind], kind)
}
