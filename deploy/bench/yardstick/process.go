package yardstick

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/embedded/leash"
)

// The child's environment variables for what everybody on the machine could read as arguments.
const (
	databaseKey = "BENCH_DATABASE_URL"
	tenantKey   = "BENCH_TENANT"
)

// stopLimit bounds the end of the child.
const stopLimit = 5 * time.Second

// Process is a running child.
type Process struct {
	GRPC, HTTP string // host:port
	proc       *leash.Process
}

// Start runs this very binary again as a yardstick: its arguments must lead to Serve.
func Start(ctx context.Context, databaseURL string, t Tenant, arguments ...string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	secrets, err := json.Marshal(t) //nolint:gosec // for our own child, and for nobody else
	if err != nil {
		return nil, err
	}
	told, tell, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = told.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), self, arguments...) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), databaseKey+"="+databaseURL, tenantKey+"="+string(secrets))
	cmd.Stdout, cmd.Stderr = tell, os.Stderr
	proc, err := leash.Start(cmd, syscall.SIGKILL)
	_ = tell.Close() // the child has its own
	if err != nil {
		return nil, err
	}
	p := &Process{proc: proc}
	line, err := bufio.NewReader(told).ReadString('\n') // its end, should it die first
	if err == nil {
		_, err = fmt.Sscan(line, &p.GRPC, &p.HTTP)
	}
	if err != nil {
		proc.Kill()
		return nil, errors.New("the yardstick ended before it served")
	}
	return p, nil
}

// Work lets River's workers begin; Rest ends them.
func (p *Process) Work(ctx context.Context) error { return p.post(ctx, "/work") }

// Rest waits until River's workers have ended.
func (p *Process) Rest(ctx context.Context) error { return p.post(ctx, "/rest") }

// Hold makes River's queue wait, and Go lets it go on.
func (p *Process) Hold(ctx context.Context) error { return p.post(ctx, "/hold") }

// Go ends Hold.
func (p *Process) Go(ctx context.Context) error { return p.post(ctx, "/go") }

func (p *Process) post(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.HTTP+path, http.NoBody)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("yardstick: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("yardstick: %s: %s", path, text)
	}
	return nil
}

// Stop ends the child.
func (p *Process) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	return p.proc.Stop(ctx, syscall.SIGTERM)
}
