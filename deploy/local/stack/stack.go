// Package stack answers how everything runs on one machine: Postgres, JetStream, and for every adapter its vendor's
// simulator and the adapter itself, as real processes which can be killed and started again.
package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

// stopLimit bounds the stop of a stack, whose callers have often been cancelled already.
const stopLimit = time.Minute

// Stack is a running stack. Its methods may be called from any goroutine.
type Stack struct {
	cfg       Config
	temporary bool
	parts     []named // in the order of their start
	files     []*os.File
	fresh     []string       // names of databases made for this run alone
	nats      *embedded.NATS // nil: somebody else's
	addresses Addresses
	failed    chan error
	stop      sync.Once
	kept      atomic.Bool // data is left behind
}

// part is anything of the stack that can be ended and started again.
type part interface {
	Kill()
	Restart(ctx context.Context) error
	Stop(ctx context.Context) error
}

type named struct {
	name string
	part
}

// Start starts everything and returns when all of it is ready. ctx bounds the start, not the stack's life. When something
// does not start, what already runs is stopped.
func Start(ctx context.Context, cfg Config) (*Stack, error) {
	s := &Stack{cfg: cfg.withDefaults(), temporary: cfg.Data == "", failed: make(chan error, 1)}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *Stack) start(ctx context.Context) error {
	if err := s.cfg.checkNames(); err != nil {
		return err
	}
	if err := s.checkBinaries(); err != nil {
		return err
	}
	if err := s.prepareData(); err != nil {
		return err
	}
	s.addresses.Data = s.cfg.Data
	if err := s.providePostgres(ctx); err != nil {
		return err
	}
	if err := s.provideNATS(); err != nil {
		return err
	}
	for _, a := range s.cfg.adapters() {
		if err := s.startAdapter(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// step starts one thing and says so.
func (s *Stack) step(name string, start func() error) error {
	s.cfg.Progress("starting " + name)
	began := time.Now()
	if err := start(); err != nil {
		return err
	}
	s.cfg.Progress(fmt.Sprintf("%s is ready after %v", name, time.Since(began).Round(time.Millisecond)))
	return nil
}

// Failed tells of the first process that ended though nobody asked it to, with the end of its log.
func (s *Stack) Failed() <-chan error { return s.failed }

// Addresses are where everything can be reached; they stay the same over Kill and Restart.
func (s *Stack) Addresses() Addresses { return s.addresses }

// Adapter is where an adapter can be reached; false if it does not run.
func (s *Stack) Adapter(name string) (AdapterAddresses, bool) {
	i := slices.IndexFunc(s.addresses.Adapters, func(a AdapterAddresses) bool { return a.Name == name })
	if i < 0 {
		return AdapterAddresses{}, false
	}
	return s.addresses.Adapters[i], true
}

// Names are what Kill and Restart take, in the order of their start: "postgres", "nats", "halo-sim", "halo-adapter-1".
func (s *Stack) Names() []string {
	names := make([]string, len(s.parts))
	for i, p := range s.parts {
		names[i] = p.name
	}
	return names
}

// Kill ends the named part as a power cut would; Restart brings it back.
func (s *Stack) Kill(name string) error {
	p, err := s.part(name)
	if err != nil {
		return err
	}
	p.Kill()
	return nil
}

// Restart starts the named part again, stopping it first if it runs, and returns when it is ready.
func (s *Stack) Restart(ctx context.Context, name string) error {
	p, err := s.part(name)
	if err != nil {
		return err
	}
	return p.Restart(ctx)
}

// Signal sends sig to the named part: SIGSTOP pauses it, SIGCONT lets it go on. Only adapters and simulators take signals.
func (s *Stack) Signal(name string, sig os.Signal) error {
	p, err := s.part(name)
	if err != nil {
		return err
	}
	c, ok := p.(*child)
	if !ok {
		return fmt.Errorf("%s takes no signals", name)
	}
	return c.Signal(sig)
}

func (s *Stack) part(name string) (part, error) {
	i := slices.IndexFunc(s.parts, func(n named) bool { return n.name == name })
	if i < 0 {
		return nil, fmt.Errorf("nothing in this stack is called %q: %v", name, s.Names())
	}
	return s.parts[i].part, nil
}

// WipeJetStream deletes all that JetStream keeps, as if its disk were lost; clients find an empty server at the same address.
func (s *Stack) WipeJetStream() error {
	if s.nats == nil {
		return errors.New("JetStream's store is not ours to wipe: NATS_URL names somebody else's server")
	}
	return s.nats.WipeStore()
}

// Keep makes Stop leave the data behind, for somebody to look at what went wrong.
func (s *Stack) Keep() { s.kept.Store(true) }

// Stop ends everything in reverse order, asking first and killing what does not answer, and removes temporary data. It takes
// a minute at most, and that long even if ctx has ended. A second Stop does nothing; nothing else may follow.
func (s *Stack) Stop(ctx context.Context) (err error) {
	s.stop.Do(func() { err = s.end(ctx) })
	return err
}

func (s *Stack) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	var errs []error
	for _, p := range slices.Backward(s.parts) {
		errs = append(errs, p.Stop(ctx))
	}
	errs = append(errs, s.dropFresh(ctx)...)
	for _, f := range s.files {
		errs = append(errs, f.Close())
	}
	if s.temporary && !s.kept.Load() && s.addresses.Data != "" {
		errs = append(errs, os.RemoveAll(s.cfg.Data))
	}
	return errors.Join(errs...)
}
