package yardstick

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"google.golang.org/grpc"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/embedded/leash"
)

// databaseKey is the child's environment variable for its database: an argument could be read by everybody on the machine.
const databaseKey = "BENCH_DATABASE_URL"

// stopLimit bounds the end of the child.
const stopLimit = 5 * time.Second

// Open makes a pool of so many connections.
func Open(ctx context.Context, url string, connections int32) (*pgxpool.Pool, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database's address is not a postgres:// URL") // without it: it holds a password
	}
	c.MaxConns = connections
	return pgxpool.NewWithConfig(ctx, c)
}

// Serve is the child: it serves on a free loopback port, which it tells out in one line, until ctx ends.
func Serve(ctx context.Context, connections int32, out io.Writer) error {
	db, err := Open(ctx, os.Getenv(databaseKey), connections)
	if err != nil {
		return err
	}
	defer db.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s := grpc.NewServer()
	psav1.RegisterTicketServiceServer(s, &Server{DB: db})
	defer context.AfterFunc(ctx, s.Stop)()
	if _, err := fmt.Fprintln(out, listener.Addr()); err != nil {
		return err
	}
	return s.Serve(listener)
}

// Process is a running child.
type Process struct {
	Addr string
	proc *leash.Process
}

// Start runs this very binary again with these arguments, which must lead to Serve.
func Start(ctx context.Context, databaseURL string, arguments ...string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	told, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = told.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, arguments...) //nolint:gosec // ourselves
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), databaseKey+"="+databaseURL), tell, os.Stderr
	proc, err := leash.Start(cmd, syscall.SIGKILL)
	_ = tell.Close() // the child has its own
	if err != nil {
		return nil, err
	}
	addr, err := bufio.NewReader(told).ReadString('\n') // its end, should it die first
	if err != nil {
		proc.Kill()
		return nil, errors.New("the yardstick ended before it served")
	}
	return &Process{strings.TrimSpace(addr), proc}, nil
}

// Stop ends the child.
func (p *Process) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	return p.proc.Stop(ctx, syscall.SIGTERM)
}
