package rpc_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"

	"github.com/breakwater-acl/breakwater/pkg/rpc"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tickets is a service whose methods are the test's.
type tickets struct {
	psav1.UnimplementedTicketServiceServer

	get   func(context.Context, *psav1.GetTicketRequest) (*psav1.Ticket, error)
	watch func(*psav1.WatchTicketsRequest, grpc.ServerStreamingServer[psav1.WatchTicketsResponse]) error
}

func (t *tickets) GetTicket(ctx context.Context, r *psav1.GetTicketRequest) (*psav1.Ticket, error) {
	return t.get(ctx, r)
}

func (t *tickets) WatchTickets(r *psav1.WatchTicketsRequest, s grpc.ServerStreamingServer[psav1.WatchTicketsResponse]) error {
	return t.watch(r, s)
}

// house is a running server and a connection to it.
type house struct {
	client psav1.TicketServiceClient
	conn   *grpc.ClientConn
	log    *journal
	stop   func() // and wait
	dial   func(*testing.T) *grpc.ClientConn
}

func serve(t *testing.T, c rpc.Config, impl *tickets) house {
	t.Helper()
	c.Adapter = "halo"
	log := &journal{}
	s := rpc.NewServer(c, slog.New(slog.NewTextHandler(log, nil)))
	psav1.RegisterTicketServiceServer(s, impl)
	lis := bufconn.Listen(1 << 16)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, lis) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(stop)
	dial := func(t *testing.T) *grpc.ClientConn { return connect(t, lis) }
	conn := dial(t)
	return house{client: psav1.NewTicketServiceClient(conn), conn: conn, log: log, stop: stop, dial: dial}
}

func connect(t *testing.T, lis *bufconn.Listener) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient("passthrough:///house", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return lis.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// journal is a log that a test reads while it is written.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}
