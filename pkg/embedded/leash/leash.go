// Package leash answers how a child process is kept from outliving us.
package leash

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
)

// Process is a started child. Its methods may be called from any goroutine.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error // how it ended; readable once done is closed
}

// Start starts cmd in a process group of its own, so that a terminal's ctrl-C reaches only us and we end our children in
// the order we choose. On Linux the kernel sends it ifWeDie when this process is gone, however it went; elsewhere a parent
// that is killed leaves its children behind.
func Start(cmd *exec.Cmd, ifWeDie syscall.Signal) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	tie(cmd.SysProcAttr, ifWeDie)
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.hold(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// hold keeps the thread that forked until the child is gone: the kernel's signal fires when that thread ends, not when the
// process does, and Go ends threads at will.
func (p *Process) hold(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// Pid is the child's process id.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended and been waited for.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err is how the child ended: nil for a clean exit, and before Done is closed.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Signal sends s to the child; os.ErrProcessDone if it has ended, so that no stranger with its old number is hit.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Stop sends s and waits; when ctx ends first, the child is killed, and that is the error.
func (p *Process) Stop(ctx context.Context, s os.Signal) error {
	_ = p.Signal(s) // has ended already: Done says so
	select {
	case <-p.done:
		return nil
	case <-ctx.Done():
		p.Kill()
		return fmt.Errorf("killed process %d after %v: %w", p.Pid(), s, ctx.Err())
	}
}

// Kill ends the child at once and waits until it is gone.
func (p *Process) Kill() {
	_ = p.Signal(syscall.SIGKILL) // has ended already: Done says so
	<-p.done
}
