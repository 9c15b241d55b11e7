package stack

import (
	"context"
	"fmt"
	"net"
)

// port is a free loopback address, kept from others until the process it is for is about to listen there. Each side of a
// conversation must be told of the other before either runs, and a restarted process must be found where it was.
type port struct {
	addr string
	hold net.Listener
}

func reserve(ctx context.Context) (*port, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	return &port{l.Addr().String(), l}, nil
}

// release lets somebody listen. A second release does nothing.
func (p *port) release() { _ = p.hold.Close() }
