package rpc

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
)

// Config is how calls are served. Only Adapter is required.
type Config struct {
	Adapter    string        // "halo": errors are of the domain "breakwater.halo"
	Deadline   time.Duration // of a call whose caller set none; default 10 s. Streams have none
	MaxRequest int           // bytes; more is INVALID_ARGUMENT, REQUEST_TOO_LARGE; default 1 MiB
	MaxCalls   int           // at once; default 500
	MaxStreams int           // at once; default 200
	Drain      time.Duration // for calls under way when the server ends; default 15 s
	Traced     bool          // spans are exported: each call has one
}

func (c Config) withDefaults() Config {
	set(&c.Deadline, 10*time.Second)
	set(&c.MaxRequest, 1<<20)
	set(&c.MaxCalls, 500)
	set(&c.MaxStreams, 200)
	set(&c.Drain, 15*time.Second)
	return c
}

func set[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}

// MaxAnswer bounds what a list puts into one answer, in bytes: clients of gRPC refuse more than 4 MiB unless told
// otherwise, and an answer holds a little more than its resources.
const MaxAnswer = 3 << 20

// Server is a gRPC server with everything that all services share. Register services, then Run.
type Server struct {
	cfg      Config
	log      *slog.Logger
	grpc     *grpc.Server
	health   *health.Server
	calls    chan struct{} // a slot for each call under way
	streams  chan struct{}
	draining chan struct{} // closed when the server ends
	drain    sync.Once
	took     *duration
}

// NewServer is a server with the standard health service and reflection.
func NewServer(c Config, log *slog.Logger) *Server {
	c = c.withDefaults()
	s := &Server{
		cfg: c, log: log, health: health.NewServer(),
		calls: make(chan struct{}, c.MaxCalls), streams: make(chan struct{}, c.MaxStreams), draining: make(chan struct{}), took: newDuration(),
	}
	options := []grpc.ServerOption{
		grpc.ForceServerCodecV2(newCodec(c.MaxRequest)),
		grpc.MaxRecvMsgSize(2 * c.MaxRequest),         // beyond it nothing is read, and gRPC answers RESOURCE_EXHAUSTED by itself
		grpc.MaxConcurrentStreams(uint32(c.MaxCalls)), //nolint:gosec // few hundred
		grpc.ConnectionTimeout(10 * time.Second),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.UnaryInterceptor(s.unary),
		grpc.StreamInterceptor(s.stream),
		grpc.UnknownServiceHandler(unknown), // through the interceptor, so that this error carries its details too
		grpc.WaitForHandlers(true),
		grpc.NumStreamWorkers(16),
	}
	if c.Traced { // what it costs for each call buys nothing otherwise
		options = append(options, grpc.StatsHandler(otelgrpc.NewServerHandler(
			otelgrpc.WithPropagators(propagation.TraceContext{}), otelgrpc.WithMeterProvider(noop.NewMeterProvider()))))
	}
	s.grpc = grpc.NewServer(options...)
	s.SetServing(false) // until Run
	healthv1.RegisterHealthServer(s.grpc, s.health)
	reflection.Register(s.grpc)
	for service, info := range s.grpc.GetServiceInfo() {
		for _, m := range info.Methods {
			s.took.methods[service+"/"+m.Name] = &labels{}
		}
	}
	return s
}

func unknown(any, grpc.ServerStream) error {
	return status.Error(codes.Unimplemented, "no such method here")
}

// RegisterService serves impl; it makes Server a grpc.ServiceRegistrar.
func (s *Server) RegisterService(d *grpc.ServiceDesc, impl any) {
	own := *d
	own.Methods = slices.Clone(d.Methods)
	for i := range own.Methods {
		name := d.ServiceName + "/" + own.Methods[i].MethodName
		s.took.methods[name] = &labels{}
		own.Methods[i].Handler = s.decoding("/"+name, own.Methods[i].Handler)
	}
	for _, stream := range own.Streams {
		s.took.methods[d.ServiceName+"/"+stream.StreamName] = &labels{}
	}
	s.grpc.RegisterService(&own, impl)
}

// SetServing is what the health service answers from now on; Run begins with true.
func (s *Server) SetServing(serving bool) {
	state := healthv1.HealthCheckResponse_NOT_SERVING
	if serving {
		state = healthv1.HealthCheckResponse_SERVING
	}
	s.health.SetServingStatus("", state)
}

// Run serves until ctx ends. Then calls under way have the time that Config.Drain gives them; streams are ended at
// once, and their readers go on elsewhere.
func (s *Server) Run(ctx context.Context, lis net.Listener) error {
	s.SetServing(true)
	served := make(chan error, 1)
	go func() { served <- s.grpc.Serve(lis) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve gRPC: %w", err)
	case <-ctx.Done():
	}
	s.stop()
	return <-served
}

func (s *Server) stop() {
	s.health.Shutdown()
	s.drain.Do(func() { close(s.draining) })
	timer := time.AfterFunc(s.cfg.Drain, s.grpc.Stop)
	defer timer.Stop()
	s.grpc.GracefulStop()
}
