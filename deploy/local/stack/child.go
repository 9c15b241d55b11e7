package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/embedded/leash"
)

const (
	startLimit = time.Minute     // until a process says that it is ready
	pipeDelay  = 2 * time.Second // for output that outlives its process
)

// child is one process of the stack, over all its lives.
type child struct {
	name   string
	path   string
	args   []string
	log    string // file, appended to by every life
	ports  []*port
	grace  time.Duration             // between asking it to end and making it
	failed chan<- error              // told of an end that nobody asked for; never blocks
	env    func(who string) []string // more than ours; may be nil

	mu      sync.Mutex
	life    *life
	watches sync.WaitGroup
}

// life is one run of a child.
type life struct {
	proc   *leash.Process
	out    *output
	wanted atomic.Bool // its end is our doing
}

// start runs the program and returns when it is ready.
func (c *child) start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.begin(ctx)
}

func (c *child) begin(ctx context.Context) error {
	l, err := c.launch(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	select {
	case <-l.out.ready:
		c.life = l
		c.watches.Go(func() { c.watch(l) })
		return nil
	case <-l.proc.Done():
		err = c.ended("ended before it was ready", l)
	case <-ctx.Done():
		l.proc.Kill()
		err = fmt.Errorf("%s was not ready in time: %w; the end of %s:\n%s", c.name, ctx.Err(), c.log, l.out.tail())
	}
	return errors.Join(err, l.out.file.Close())
}

func (c *child) launch(ctx context.Context) (*life, error) {
	file, err := os.OpenFile(c.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	l := &life{out: newOutput(file)}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), c.path, c.args...) //nolint:gosec // the binaries this command is told to run
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = environment(), l.out, l.out, pipeDelay
	if c.env != nil {
		cmd.Env = append(cmd.Env, c.env(c.name)...)
	}
	for _, p := range c.ports {
		p.release()
	}
	if l.proc, err = leash.Start(cmd, syscall.SIGKILL); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return l, nil
}

// environment is ours without what is for us alone: an adapter is told by its file.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "DATABASE_URL=") || strings.HasPrefix(v, "NATS_URL=")
	})
}

// watch waits for the end of a life and tells of one that nobody asked for.
func (c *child) watch(l *life) {
	<-l.proc.Done()
	_ = l.out.file.Close() // the process is gone: nothing more to keep
	if l.wanted.Load() {
		return
	}
	select {
	case c.failed <- c.ended("ended unexpectedly", l):
	default: // somebody has been told of an earlier one
	}
}

func (c *child) ended(how string, l *life) error {
	status := "exit status 0"
	if err := l.proc.Err(); err != nil {
		status = err.Error()
	}
	return &EndedError{c.name, fmt.Sprintf("%s %s (%s); the end of %s:\n%s", c.name, how, status, c.log, l.out.tail())}
}

// EndedError says that a process ended by itself.
type EndedError struct {
	Part string // as in Stack.Names
	says string
}

// Error is how it ended, and the end of its log.
func (e *EndedError) Error() string { return e.says }

// Kill ends the process as a power cut would.
func (c *child) Kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life != nil {
		c.life.wanted.Store(true)
		c.life.proc.Kill()
	}
}

// Signal sends s to the process; one that has ended is an error.
func (c *child) Signal(s os.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.life == nil {
		return fmt.Errorf("%s: %w", c.name, os.ErrProcessDone)
	}
	return c.life.proc.Signal(s)
}

// Restart starts the program again at the same addresses; a running one is stopped first.
func (c *child) Restart(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.end(ctx) // killed instead of stopped: it is gone either way
	return c.begin(ctx)
}

// Stop asks the process to end, and makes it when it does not in time; that is the error.
func (c *child) Stop(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.end(ctx)
	c.watches.Wait()
	return err
}

func (c *child) end(ctx context.Context) error {
	if c.life == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, c.grace)
	defer cancel()
	c.life.wanted.Store(true)
	if err := c.life.proc.Stop(ctx, syscall.SIGTERM); err != nil {
		return fmt.Errorf("%s: %w", c.name, err)
	}
	return nil
}
