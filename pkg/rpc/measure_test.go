package rpc_test

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

func TestCallsAreMeasuredByMethodAndCode(t *testing.T) {
	reader := metric.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(metric.NewMeterProvider(metric.WithReader(reader)))
	t.Cleanup(func() { otel.SetMeterProvider(before) })
	s := rpc.NewServer(rpc.Config{Adapter: "halo"}, slog.New(slog.DiscardHandler))
	psav1.RegisterTicketServiceServer(s, &tickets{get: func(_ context.Context, r *psav1.GetTicketRequest) (*psav1.Ticket, error) {
		if r.GetName() == "" {
			return nil, fault.Field("name", "is required")
		}
		return &psav1.Ticket{Name: r.GetName()}, nil
	}})
	conn := served(t, s)
	client := psav1.NewTicketServiceClient(conn)
	_, _ = client.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: "a"})
	_, _ = client.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: "a"})
	_, _ = client.GetTicket(t.Context(), &psav1.GetTicketRequest{})
	_ = conn.Invoke(t.Context(), "/no.such.Service/Method", &psav1.GetTicketRequest{}, &psav1.Ticket{})
	const get = "breakwater.psa.v1.TicketService/GetTicket"
	want := map[[3]string]uint64{{get, "OK", ""}: 2, {get, "INVALID_ARGUMENT", ""}: 1, {"_OTHER", "UNIMPLEMENTED", "UNIMPLEMENTED"}: 1}
	got := measured(t, reader)
	for labels, n := range want {
		if got[labels] != n {
			t.Errorf("%v was measured %d times, want %d: %v", labels, got[labels], n, got)
		}
	}
}

func served(t *testing.T, s *rpc.Server) *grpc.ClientConn {
	t.Helper()
	lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, lis) }()
	conn, err := grpc.NewClient(lis.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(); stop(); <-ended })
	return conn
}

// measured is how many calls there were, by method, code and error type.
func measured(t *testing.T, reader metric.Reader) map[[3]string]uint64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	got := map[[3]string]uint64{}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			h, ok := m.Data.(metricdata.Histogram[float64])
			if !ok || m.Name != "rpc.server.call.duration" {
				continue
			}
			for _, p := range h.DataPoints {
				word := func(key attribute.Key) string { v, _ := p.Attributes.Value(key); return v.AsString() }
				got[[3]string{word("rpc.method"), word("rpc.response.status_code"), word("error.type")}] += p.Count
			}
		}
	}
	return got
}
