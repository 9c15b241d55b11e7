package sim

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// route is one operation of the API. What it does not list is refused as unknown: the vendor's own answer to a parameter that it
// does not know, and this simulator's to one that it does not play.
type route struct {
	method, path string // as documented: "/v1/customers/{customer}"
	params       []param
	read         func(*call) (any, error)          // of a GET
	write        func(*change, *call) (any, error) // of the others
}

// resource is what a restricted key is good for.
func (r route) resource() string { return strings.Split(r.path, "/")[2] }

// table is every operation of every kind.
func (s *Stripe) table() []route {
	return slices.Concat(
		customerRoutes(), methodRoutes(), paymentRoutes(), chargeRoutes(), refundRoutes(), invoiceRoutes(), invoiceItemRoutes(),
		invoicePaymentRoutes(), subscriptionRoutes(), productRoutes(), priceRoutes(), eventRoutes(), endpointRoutes(), accountRoutes(),
	)
}

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

func (s *Stripe) routes() http.Handler {
	mux := http.NewServeMux()
	for _, op := range s.table() {
		mux.HandleFunc(op.method+" "+op.path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.head(w, r)
		s.refuse(w, invalid("", "", "Unrecognized request URL (%s: %s).", r.Method, r.URL.Path).with(http.StatusNotFound))
	})
	return mux
}

func (r refusal) with(status int) refusal { r.status = status; return r }

// head is what every answer carries. The time is the vendor's, which a test may have moved.
func (s *Stripe) head(w http.ResponseWriter, r *http.Request) (id, version string) {
	id, version = "req_"+strings.ReplaceAll(s.dice.UUID(), "-", "")[:14], orText(r.Header.Get("Stripe-Version"), s.cfg.DefaultVersion)
	w.Header().Set("Request-Id", id)
	w.Header().Set("Stripe-Version", version)
	w.Header().Set("Date", s.time().Format(http.TimeFormat))
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		w.Header().Set("Idempotency-Key", key)
	}
	return id, version
}

// serve takes a request the way it goes at the vendor: key, limits, parameters, then the memory of idempotency keys, and only
// then the operation, with whatever the fault plan does to it.
func (s *Stripe) serve(w http.ResponseWriter, r *http.Request, op route) {
	id, version := s.head(w, r)
	c, err := s.open(w, r, op)
	if err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	if reason := s.paced(op, r); reason != "" {
		s.throttle(w, reason)
		return
	}
	if err := check(c.in, op.params, ""); err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	c.id, c.version = id, version
	if r.Method == http.MethodGet {
		s.reads.count(s.time())
	}
	s.once(w, c, op)
}

const maxBody = 1 << 20

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

// answer runs an operation and says what it answers.
func (s *Stripe) answer(c *call, op route) (status int, body any) {
	out, err := s.run(c, op)
	if err == nil {
		out, err = c.shown(out)
	}
	if err != nil {
		no := asRefusal(err)
		return no.status, no.body(c.id)
	}
	return http.StatusOK, out
}

func (s *Stripe) run(c *call, op route) (any, error) {
	if op.read != nil {
		return op.read(c)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	change := &change{s: s, a: c.a, at: s.now(), request: c.id, key: c.Header.Get("Idempotency-Key"), by: orText(c.by, "api"), form: c.form}
	out, err := op.write(change, c)
	if err == nil || asRefusal(err).keep {
		change.publishAll()
	}
	return out, err
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

// reader is the operation that reads one object.
func reader(kind, path, id string) route {
	return route{method: "GET", path: path + "/{" + id + "}", params: []param{expandable()}, read: func(c *call) (any, error) {
		return c.get(kind, c.PathValue(id))
	}}
}
