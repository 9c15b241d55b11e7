package stack

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
)

// link is the address that who is given for whose.
func (s *Stack) link(ctx context.Context, who, whose, addr string) (string, error) {
	if s.cfg.Replaced.Link == nil || addr == "" {
		return addr, nil
	}
	instead, err := s.cfg.Replaced.Link(ctx, who, whose, addr)
	if err != nil {
		return "", fmt.Errorf("link from %s to %s: %w", who, whose, err)
	}
	return instead, nil
}

// linkURL is a URL with another host and port.
func (s *Stack) linkURL(ctx context.Context, who, whose, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("link from %s to %s: %w", who, whose, err)
	}
	u.Host, err = s.link(ctx, who, whose, u.Host)
	return u.String(), err
}

// linked is a wiring with the addresses that its replica is given.
func (s *Stack) linked(ctx context.Context, w wiring) (_ wiring, err error) {
	if s.cfg.Replaced.Link == nil {
		return w, nil
	}
	if w.databaseURL, err = s.linkURL(ctx, w.replica, "postgres", w.databaseURL); err != nil {
		return w, err
	}
	if w.natsURL, err = s.linkURL(ctx, w.replica, "nats", w.natsURL); err != nil {
		return w, err
	}
	w.simulator, err = s.link(ctx, w.replica, "vendor", w.simulator)
	return w, err
}

// freePort is a port for a server that is about to start; zero when nobody stands between.
func (s *Stack) freePort(ctx context.Context) (int, error) {
	if s.cfg.Replaced.Link == nil {
		return 0, nil
	}
	p, err := reserve(ctx)
	if err != nil {
		return 0, err
	}
	defer p.release()
	_, port, err := net.SplitHostPort(p.addr)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(port)
}
