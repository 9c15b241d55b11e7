// Package traffic answers who uses an adapter while it is under fire: callers who write, callers who read, and a person who
// edits the same tickets at the vendor.
package traffic

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// Callers reach every replica of an adapter. They may be shared.
type Callers struct {
	Parent string // "connections/acme"

	conns   []*grpc.ClientConn
	clients []psav1.TicketServiceClient

	mu    sync.Mutex
	heard map[codes.Code]int
}

// Dial reaches the replicas at these addresses.
func Dial(connection string, addrs []string) (*Callers, error) {
	c := &Callers{Parent: "connections/" + connection, heard: map[codes.Code]int{}}
	soon := grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.5, MaxDelay: 500 * time.Millisecond}, MinConnectTimeout: time.Second}
	for _, addr := range addrs {
		conn, err := grpc.NewClient(addr, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithConnectParams(soon))
		if err != nil {
			return nil, fmt.Errorf("dial %s: %w", addr, err)
		}
		c.conns, c.clients = append(c.conns, conn), append(c.clients, psav1.NewTicketServiceClient(conn))
	}
	return c, nil
}

// Close ends the connections.
func (c *Callers) Close() {
	for _, conn := range c.conns {
		_ = conn.Close() // nothing is under way on it
	}
}

func (c *Callers) letters(n int) adapterv1.DeadLetterServiceClient {
	return adapterv1.NewDeadLetterServiceClient(c.conns[n%len(c.conns)])
}

// Replica is one of them, counted round.
func (c *Callers) Replica(n int) psav1.TicketServiceClient { return c.clients[n%len(c.clients)] }

// Heard is how often each answer came to those who write, asked again or not.
func (c *Callers) Heard() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]int{}
	for code, n := range c.heard {
		out[code.String()] = n
	}
	return out
}

const (
	patience = 3 * time.Second // with one call
	breath   = 100 * time.Millisecond
)

// insist asks one replica after the other until one says yes or no: what was not answered may have been accepted, and the
// request id makes asking again safe. The error is a no; or ctx has ended, and nobody knows.
func (c *Callers) insist(ctx context.Context, first int, ask func(ctx context.Context, to psav1.TicketServiceClient) error) (asked int, err error) {
	for asked = 1; ; asked++ {
		err = c.once(ctx, first+asked, ask)
		if err == nil || final(status.Code(err)) {
			return asked, err
		}
		select {
		case <-ctx.Done():
			return asked, fmt.Errorf("never answered: %w", err)
		case <-time.After(breath):
		}
	}
}

func (c *Callers) once(ctx context.Context, replica int, ask func(ctx context.Context, to psav1.TicketServiceClient) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := ask(ctx, c.Replica(replica))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard[status.Code(err)]++
	return err
}

// final reports whether a code says that the write was turned down.
func final(c codes.Code) bool {
	switch c {
	case codes.InvalidArgument, codes.NotFound, codes.Aborted, codes.AlreadyExists, codes.FailedPrecondition, codes.PermissionDenied, codes.Unimplemented:
		return true
	default:
		return false
	}
}
