package vendorsim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
)

// Server runs a simulator as a program.
type Server struct {
	Addr    string                            // "127.0.0.1:0"; without a host: loopback only
	Handler http.Handler                      // required
	Parts   []func(ctx context.Context) error // run beside it, until ctx ends
	Stderr  io.Writer                         // nil: os.Stderr
	Drain   time.Duration                     // how long requests may finish; 0: 5 s
}

// Run serves until ctx ends or the program is told to stop, then drains. Once it listens it says so, in one line of JSON with
// msg "ready" and the address as "http": whoever started the program reads it there.
func (s Server) Run(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	var stderr io.Writer = os.Stderr
	if s.Stderr != nil {
		stderr = s.Stderr
	}
	slog.New(slog.NewJSONHandler(stderr, nil)).InfoContext(ctx, "ready", "http", listener.Addr().String())

	return together(ctx, append(slices.Clone(s.Parts), s.serve(listener)))
}

// together runs the parts; one that ends, ends all. The first error is the answer.
func together(ctx context.Context, parts []func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(parts))
	for _, part := range parts {
		go func() { ended <- part(ctx) }()
	}
	var first error
	for range parts {
		err := <-ended
		cancel()
		if first == nil && !errors.Is(err, context.Canceled) {
			first = err
		}
	}
	return first
}

func (s Server) listen(ctx context.Context) (net.Listener, error) {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen address: %w", err)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

func (s Server) serve(listener net.Listener) func(context.Context) error {
	return func(ctx context.Context) error {
		server := &http.Server{Handler: s.Handler, ReadHeaderTimeout: 10 * time.Second}
		failed := make(chan error, 1)
		go func() { failed <- server.Serve(listener) }()
		select {
		case err := <-failed:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
		}
		drain := s.Drain
		if drain == 0 {
			drain = 5 * time.Second
		}
		limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		if server.Shutdown(limit) != nil {
			_ = server.Close() // whoever hangs on purpose is cut off
		}
		<-failed //nolint:errcheck // the server ends because it was told to
		return nil
	}
}
