package rpc_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/sdk/metric"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// BenchmarkCall is what a call costs through this server, and through one of gRPC's with nothing around it.
func BenchmarkCall(b *testing.B) {
	impl := &tickets{get: func(_ context.Context, r *psav1.GetTicketRequest) (*psav1.Ticket, error) {
		return &psav1.Ticket{Name: r.GetName(), Summary: "printer"}, nil
	}}
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))) // as in a service
	b.Run("ours", func(b *testing.B) {
		s := rpc.NewServer(rpc.Config{Adapter: "halo"}, slog.New(slog.DiscardHandler))
		psav1.RegisterTicketServiceServer(s, impl)
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		lis := listen(b)
		go func() { _ = s.Run(ctx, lis) }()
		call(b, lis)
	})
	b.Run("bare", func(b *testing.B) {
		s := grpc.NewServer()
		defer s.Stop()
		psav1.RegisterTicketServiceServer(s, impl)
		lis := listen(b)
		go func() { _ = s.Serve(lis) }()
		call(b, lis)
	})
}

func listen(b *testing.B) net.Listener {
	b.Helper()
	var lc net.ListenConfig
	lis, err := lc.Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return lis
}

func call(b *testing.B, lis net.Listener) {
	b.Helper()
	conn, err := grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	client := psav1.NewTicketServiceClient(conn)
	b.ResetTimer()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			if _, err := client.GetTicket(b.Context(), &psav1.GetTicketRequest{Name: "connections/acme/tickets/1"}); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
