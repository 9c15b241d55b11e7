package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

// Classifier is the adapter's reading of an answer: nil for success, else what can be done about it. It sets MayApply
// where an answer leaves that open (a 500 to a POST). Op, Status, TrackingID and RetryAfter are filled in when left empty.
type Classifier func(op string, r *Response) *fault.Error

// Config is what makes a Client a connection's own. Vendor, Connection, Hosts and Classify are required.
type Config struct {
	Vendor     string     // "halo"
	Connection string     // "acme"
	Hosts      []string   // origins that may be called: "https://acme.halopsa.com"; more by Client.Allow
	Classify   Classifier // what an answer means

	Sign    Signer   // nil: requests leave unsigned
	Gate    Gate     // nil: always open
	Journal Recorder // nil: nothing is kept

	Transport       http.RoundTripper // nil: Transport()
	Timeout         time.Duration     // of one Do, sign-in and repeat included; 0: 30 s
	MaxBody         int64             // largest answer, in bytes after decompression; 0: 4 MiB
	UserAgent       string            // empty: "breakwater"
	TrackingHeaders []string          // where the vendor puts its id for a call, best first

	Now     func() time.Time     // nil: time.Now; stamps rows and reads dates, never deadlines
	Tracers trace.TracerProvider // nil: the global one
	Meters  metric.MeterProvider // nil: the global one
}

// Client calls one connection of one vendor. It is safe for concurrent use.
type Client struct {
	cfg   Config
	hosts *hosts
	chain http.RoundTripper
}

// New is a Client, or says what is missing or malformed in cfg.
func New(cfg Config) (*Client, error) {
	if cfg.Vendor == "" || cfg.Connection == "" || cfg.Classify == nil || len(cfg.Hosts) == 0 {
		return nil, errors.New("upstream: vendor, connection, hosts and classify are required")
	}
	cfg = cfg.withDefaults()
	allowed, err := newHosts(cfg.Hosts)
	if err != nil {
		return nil, err
	}
	meters, err := newTracing(cfg)
	if err != nil {
		return nil, err
	}
	return &Client{cfg: cfg, hosts: allowed, chain: chain(cfg, allowed, meters)}, nil
}

func chain(cfg Config, allowed *hosts, t *tracing) http.RoundTripper {
	var next http.RoundTripper = deadline{next: cfg.Transport}
	next = host{next: next, allowed: allowed, maxBody: cfg.MaxBody}
	next = verdict{next: next, tracking: cfg.TrackingHeaders, now: cfg.Now}
	next = gate{next: next, gate: cfg.Gate}
	next = journal{next: next, journal: cfg.Journal, now: cfg.Now}
	return traced{next: next, tracing: t}
}

// Allow lets the client call one more origin, such as a discovered one. Deciding that it is trustworthy is the adapter's.
func (c *Client) Allow(origin string) error { return c.hosts.add(origin) }

// CloseIdleConnections closes the connections that no call is using.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.cfg.Transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Do makes one attempt. When the vendor refuses the signature and the Signer can renew it, the request is signed anew and
// repeated once: a refused request was not applied. The error is always a *fault.Error.
func (c *Client) Do(ctx context.Context, call Call) (*Response, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	x := c.attempt(ctx, call, 0)
	if x.renewed {
		x = c.attempt(ctx, call, 1)
	}
	if x.Fault != nil {
		return nil, x.Fault
	}
	return x.answer, nil
}

// attempt is one request: made, signed, sent. The exchange says what came of it.
func (c *Client) attempt(ctx context.Context, call Call, resend int) *exchange {
	x := c.exchange(ctx, call, resend)
	req, err := call.request(within(ctx, x), c.cfg.UserAgent)
	if err != nil {
		x.Fault = &fault.Error{Op: call.Op, Kind: fault.Invalid, Reason: ReasonMalformed, Err: err}
		return x
	}
	x.sees(req)
	if !call.Unsigned {
		if err := c.cfg.Sign.Sign(ctx, req); err != nil {
			x.Fault = unsent(call.Op, ReasonSign, err)
			return x
		}
	}
	c.send(req)
	return x
}

// send passes the chain; the exchange in the request's context holds the outcome, and the body is in memory.
func (c *Client) send(req *http.Request) {
	if resp, err := c.chain.RoundTrip(req); err == nil {
		_ = resp.Body.Close()
	}
}

func (cfg Config) withDefaults() Config {
	if cfg.Sign == nil {
		cfg.Sign = StaticHeaders(nil)
	}
	if cfg.Gate == nil {
		cfg.Gate = open{}
	}
	if cfg.Journal == nil {
		cfg.Journal = nowhere{}
	}
	if cfg.Transport == nil {
		cfg.Transport = Transport()
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.MaxBody <= 0 {
		cfg.MaxBody = 4 << 20
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "breakwater"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return cfg
}
