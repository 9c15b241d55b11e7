package rpc

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// other stands for the methods that are not there: a stranger's words are no label.
const other = "_OTHER"

// duration measures calls as OpenTelemetry's conventions have it [official: semantic conventions 1.43, "RPC server metrics"]. Its labels
// are made once for each method and code: to make and hash them for each call costs more than most of a read.
type duration struct {
	calls   metric.Float64Histogram
	methods map[string]*labels // complete before the first call
}

type labels [codes.Unauthenticated + 1]atomic.Pointer[[]metric.RecordOption]

func newDuration() *duration {
	d := &duration{methods: map[string]*labels{other: {}}}
	d.calls, _ = otel.Meter("github.com/breakwater-acl/breakwater/pkg/rpc").Float64Histogram("rpc.server.call.duration",
		metric.WithUnit("s"), metric.WithDescription("Measures the duration of an incoming Remote Procedure Call (RPC)."),
		metric.WithExplicitBucketBoundaries(0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10))
	return d
}

// record measures one call from began until now; method begins with a slash, err is a status.
func (d *duration) record(ctx context.Context, method string, began time.Time, err error) {
	name := method[min(1, len(method)):]
	of, known := d.methods[name]
	if !known {
		name, of = other, d.methods[other]
	}
	code := min(status.Code(err), codes.Unauthenticated)
	options := of[code].Load()
	if options == nil {
		options = &[]metric.RecordOption{metric.WithAttributeSet(describe(name, code))}
		of[code].Store(options)
	}
	d.calls.Record(ctx, time.Since(began).Seconds(), *options...)
}

func describe(method string, code codes.Code) attribute.Set {
	name := "OK"
	if code != codes.OK {
		name = codeNames[code]
	}
	about := []attribute.KeyValue{
		attribute.String("rpc.method", method), attribute.String("rpc.system.name", "grpc"), attribute.String("rpc.response.status_code", name),
	}
	switch code { //nolint:exhaustive // the others are the caller's errors
	case codes.Unknown, codes.DeadlineExceeded, codes.Unimplemented, codes.Internal, codes.Unavailable, codes.DataLoss:
		about = append(about, attribute.String("error.type", name))
	}
	return attribute.NewSet(about...)
}

// traced is ctx with the caller's trace, which jobs and logs keep also where no spans are exported.
func (s *Server) traced(ctx context.Context) context.Context {
	if s.cfg.Traced { // a span has it
		return ctx
	}
	said := metadata.ValueFromIncomingContext(ctx, "traceparent")
	if len(said) != 1 {
		return ctx
	}
	carrier := propagation.MapCarrier{"traceparent": said[0]}
	if state := metadata.ValueFromIncomingContext(ctx, "tracestate"); len(state) == 1 {
		carrier["tracestate"] = state[0]
	}
	return propagation.TraceContext{}.Extract(ctx, carrier)
}
