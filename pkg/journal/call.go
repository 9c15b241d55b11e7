package journal

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// Call is one row.
type Call struct {
	ID                               uuid.UUID // version 7
	Connection, Op                   string
	Method, Route                    string
	URL                              string // secrets in the query masked
	Status                           int    // 0: no answer, or never sent
	Kind, Reason, Message            string // of the fault; empty: success
	Job, Entity, TrackingID, TraceID string // may be empty
	StartedAt                        time.Time
	Duration                         time.Duration
	RequestBytes, ResponseBytes      int64             // of the whole bodies
	RequestHeader, ResponseHeader    map[string]string // those on the list
	RequestBody, ResponseBody        string            // their beginnings, secrets masked
}

// columns and values are in one order.
func columns() []string {
	return []string{
		"id", "connection", "op", "method", "route", "url", "status", "kind", "reason", "message", "job", "entity", "tracking_id", "trace_id",
		"started_at", "duration", "request_bytes", "response_bytes", "request_header", "response_header", "request_body", "response_body",
	}
}

func (c *Call) values() []any {
	return []any{
		c.ID, c.Connection, c.Op, c.Method, c.Route, c.URL, c.Status, c.Kind, c.Reason, c.Message, c.Job, c.Entity, c.TrackingID, c.TraceID,
		c.StartedAt, c.Duration, c.RequestBytes, c.ResponseBytes, c.RequestHeader, c.ResponseHeader, c.RequestBody, c.ResponseBody,
	}
}

func (c *Call) places() []any {
	return []any{
		&c.ID, &c.Connection, &c.Op, &c.Method, &c.Route, &c.URL, &c.Status, &c.Kind, &c.Reason, &c.Message, &c.Job, &c.Entity, &c.TrackingID, &c.TraceID,
		&c.StartedAt, &c.Duration, &c.RequestBytes, &c.ResponseBytes, &c.RequestHeader, &c.ResponseHeader, &c.RequestBody, &c.ResponseBody,
	}
}

// call is x as it is kept. Nothing of x is shared.
func (r redactor) call(x *upstream.Exchange) Call {
	c := Call{
		ID: uuid.Must(uuid.NewV7()), Connection: x.Connection, Op: x.Op, Method: x.Method, Route: x.Route, URL: r.url(x.URL),
		Status: x.Status, Job: pg.Text(x.Job), Entity: pg.Text(x.Entity), TrackingID: pg.Text(cut(x.TrackingID, maxText)), TraceID: x.TraceID,
		StartedAt: x.Started, Duration: x.Duration.Truncate(time.Microsecond), // as precise as Postgres
		RequestBytes: int64(len(x.RequestBody)), ResponseBytes: int64(len(x.Body)),
		RequestHeader: r.header(x.RequestHeader), ResponseHeader: r.header(x.Header),
		RequestBody: r.body(x.RequestHeader, x.RequestBody), ResponseBody: r.body(x.Header, x.Body),
	}
	if x.Fault != nil {
		c.Kind, c.Reason, c.Message = x.Fault.Kind.String(), x.Fault.Reason, r.words(x.Fault)
	}
	return c
}

// words may hold a piece of the body, and so of its secrets.
func (r redactor) words(f *fault.Error) string {
	words := f.Message
	if words == "" && f.Err != nil {
		words = f.Err.Error()
	}
	return pg.Text(r.json(cut(words, maxText)))
}

// maxText bounds what strangers choose the length of.
const maxText = 2 << 10

func cut[T string | []byte](s T, n int) string { return string(s[:min(len(s), n)]) }

func isForm(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "application/x-www-form-urlencoded")
}
