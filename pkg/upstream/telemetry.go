package upstream

import (
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

const scope = "github.com/breakwater-acl/breakwater/pkg/upstream"

// tracing is where spans and durations go.
type tracing struct {
	tracer trace.Tracer
	took   metric.Float64Histogram
	whose  []attribute.KeyValue
}

func newTracing(cfg Config) (*tracing, error) {
	if cfg.Tracers == nil {
		cfg.Tracers = otel.GetTracerProvider()
	}
	if cfg.Meters == nil {
		cfg.Meters = otel.GetMeterProvider()
	}
	// OpenTelemetry's buckets end at 10 s; vendors do not.
	took, err := cfg.Meters.Meter(scope).Float64Histogram("http.client.request.duration",
		metric.WithUnit("s"), metric.WithDescription("Duration of requests to the vendor, gate included."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60))
	whose := []attribute.KeyValue{attribute.String("vendor", cfg.Vendor), attribute.String("connection", cfg.Connection)}
	return &tracing{tracer: cfg.Tracers.Tracer(scope), took: took, whose: whose}, err
}

// traced is the link that makes a span of each request and measures its duration. The vendor is told nothing of our trace,
// and the span nothing of the query: each would be other people's business.
type traced struct {
	next http.RoundTripper
	*tracing
}

func (l traced) RoundTrip(req *http.Request) (*http.Response, error) {
	x, start, labels := exchangeOf(req), time.Now(), l.labels(req)
	ctx, span := l.tracer.Start(req.Context(), x.Method+" "+x.Route,
		trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(labels...), trace.WithAttributes(x.particulars()...))
	defer span.End()
	if id := span.SpanContext().TraceID(); id.IsValid() {
		x.TraceID = id.String()
	}
	resp, err := l.next.RoundTrip(req.WithContext(ctx))
	came := x.outcome()
	span.SetAttributes(came...)
	if x.Fault != nil {
		span.SetStatus(codes.Error, x.Fault.Reason)
	}
	l.took.Record(ctx, time.Since(start).Seconds(), metric.WithAttributes(labels...), metric.WithAttributes(came...))
	return resp, err
}

// labels have few values: the route, never the path.
func (l traced) labels(req *http.Request) []attribute.KeyValue {
	x := exchangeOf(req)
	labels := []attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(x.Method), semconv.URLTemplate(x.Route), semconv.ServerAddress(req.URL.Hostname()),
	}
	if port, err := strconv.Atoi(req.URL.Port()); err == nil {
		labels = append(labels, semconv.ServerPort(port))
	}
	return append(labels, l.whose...)
}

// particulars are for the span alone.
func (x *exchange) particulars() []attribute.KeyValue {
	all := []attribute.KeyValue{attribute.String("op", x.Op)}
	if x.Job != "" {
		all = append(all, attribute.String("job", x.Job))
	}
	if x.resend > 0 {
		all = append(all, semconv.HTTPRequestResendCount(x.resend))
	}
	return all
}

func (x *exchange) outcome() []attribute.KeyValue {
	var all []attribute.KeyValue
	if x.Status != 0 {
		all = append(all, semconv.HTTPResponseStatusCode(x.Status))
	}
	if x.Fault != nil {
		all = append(all, semconv.ErrorTypeKey.String(x.Fault.Reason))
	}
	return all
}
