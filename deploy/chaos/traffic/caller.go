// Package traffic answers who uses an adapter while it is under fire: callers who write, callers who read, and a person who
// edits the same subjects at the vendor.
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

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
)

// Callers reach every replica of an adapter. They may be shared.
type Callers struct {
	Parent string // "connections/acme"

	Replicas []*grpc.ClientConn

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
		c.Replicas = append(c.Replicas, conn)
	}
	return c, nil
}

// Close ends the connections.
func (c *Callers) Close() {
	for _, conn := range c.Replicas {
		_ = conn.Close() // nothing is under way on it
	}
}

func (c *Callers) letters(n int) adapterv1.DeadLetterServiceClient {
	return adapterv1.NewDeadLetterServiceClient(c.Replicas[n%len(c.Replicas)])
}

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

// asking is one call of a caller's to one replica.
type asking func(ctx context.Context, replica int) (cast.View, error)

// insist asks one replica after the other until one says yes or no: what was not answered may have been accepted, and the
// request id makes asking again safe. The error is a no; or ctx has ended, and nobody knows.
func (c *Callers) insist(ctx context.Context, first int, ask asking) (got cast.View, asked int, err error) {
	for asked = 1; ; asked++ {
		got, err = c.once(ctx, first+asked, ask)
		if err == nil || final(status.Code(err)) {
			return got, asked, err
		}
		select {
		case <-ctx.Done():
			return got, asked, fmt.Errorf("never answered: %w", err)
		case <-time.After(breath):
		}
	}
}

func (c *Callers) once(ctx context.Context, replica int, ask asking) (cast.View, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	got, err := ask(ctx, replica)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard[status.Code(err)]++
	return got, err
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
