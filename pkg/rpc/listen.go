package rpc

import (
	"context"
	"fmt"
	"net"
)

// Listen opens addr, which the configuration has under key ("grpc.listen"). As long as callers cannot be authenticated,
// only this machine may call: another address than loopback is refused, unless somebody insisted with --insecure.
func Listen(ctx context.Context, key, addr string, insecure bool) (net.Listener, error) {
	var lc net.ListenConfig
	lis, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if at, ok := lis.Addr().(*net.TCPAddr); insecure || ok && at.IP.IsLoopback() {
		return lis, nil
	}
	_ = lis.Close() // nobody has been let in
	_, port, _ := net.SplitHostPort(addr)
	return nil, fmt.Errorf("%s: %s can be reached from other machines, and callers cannot be authenticated yet: "+
		"set %s to 127.0.0.1:%s, or start with --insecure if the network keeps everybody else out", key, addr, key, port)
}
