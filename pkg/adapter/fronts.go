package adapter

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/operate"
	"github.com/breakwater-acl/breakwater/pkg/resource"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
	"github.com/breakwater-acl/breakwater/pkg/telemetry"
)

// fronts are where others come in: callers over gRPC, the vendor over HTTP, the platform over its own HTTP.
type fronts struct {
	service           *service
	calls             *rpc.Server
	grpc, http, admin net.Listener
}

func (s *service) fronts(ctx context.Context, started time.Time) (*fronts, error) {
	f := &fronts{service: s}
	var err error
	if f.grpc, err = rpc.Listen(ctx, "grpc.listen", s.settings.GRPC.Listen, s.insecure); err != nil {
		return nil, err
	}
	if f.admin, err = rpc.Listen(ctx, "admin.listen", s.settings.Admin.Listen, s.insecure); err != nil {
		return nil, errors.Join(err, f.grpc.Close())
	}
	if f.http, err = rpc.Listen(ctx, "http.listen", s.settings.HTTP.Listen, true); err != nil { // the vendor calls from outside, with proof
		return nil, errors.Join(err, f.grpc.Close(), f.admin.Close())
	}
	f.calls = rpc.NewServer(rpc.Config{Adapter: s.spec.Name, Drain: s.settings.Drain / 2, Traced: telemetry.Traced()}, s.log)
	s.vendor.Serve(f.calls, resource.Config{
		Reads: s.reads, Writes: s.writes, Store: s.mirror, Jobs: s.jobs, Connections: s.connections, Swept: s.fresh.at, Visible: s.visible, Log: s.log,
	})
	operate.Register(f.calls, s.operators(started))
	f.calls.SetServing(true)
	return f, nil
}

// operators is what the people who run the adapter are told about. It reads from the pool that nothing waits in.
func (s *service) operators(started time.Time) operate.Config {
	c := operate.Config{
		Adapter: s.spec.Name, Version: version(), Started: started, DB: s.reads, Mirror: s.mirror, Jobs: s.jobs, Connections: s.gates,
		Gate: s.gate,
	}
	if s.bus != nil {
		c.JetStream = s.bus.Connected
	}
	return c
}

func (f *fronts) parts() []part {
	hooks, admin := http.NewServeMux(), http.NewServeMux()
	f.service.hooks.Mount(hooks)
	admin.Handle("GET /metrics", f.service.metrics)
	admin.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	admin.HandleFunc("GET /readyz", f.service.readyz)
	return []part{
		func(ctx context.Context) error { return f.calls.Run(ctx, f.grpc) },
		serve(f.http, hooks, f.service.settings.Drain/2),
		serve(f.admin, admin, time.Second),
	}
}

// readyz is 200 while Postgres answers: without it nothing works; without NATS or the vendor everything does.
func (s *service) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.reads.Ping(ctx); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

// serve serves h until ctx ends, and gives requests under way that long to end; then they are cut off, and their callers
// send again.
func serve(lis net.Listener, h http.Handler, drain time.Duration) part {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second,
		IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
	}
	return func(ctx context.Context) error {
		stopped := make(chan struct{})
		stop := context.AfterFunc(ctx, func() {
			ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
			defer cancel()
			if server.Shutdown(ending) != nil { // also where somebody has connected and asks nothing
				_ = server.Close()
			}
			close(stopped)
		})
		defer stop()
		if err := server.Serve(lis); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		<-stopped
		return nil
	}
}
