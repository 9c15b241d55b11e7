package adaptertest

import (
	"context"
	"sync"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// freezer stops whoever sweeps one kind of a connection after every page that was applied, with the next one in its hands:
// as a process that was killed, or paused for longer than its lease.
type freezer map[string]*cell // by connection

type cell struct {
	kind   string
	frozen chan chan struct{} // what thaws whoever was frozen
	over   chan struct{}      // closed when nobody is frozen any more
	end    func()

	mu    sync.Mutex
	heir  bool // the next page is applied
	whole int  // sweeps that have come to their end
}

// freeze is a freezer of one kind of each of these connections.
func freeze(kinds map[string]string) freezer {
	f := freezer{}
	for connection, kind := range kinds {
		over := make(chan struct{})
		f[connection] = &cell{
			kind: kind, heir: true, frozen: make(chan chan struct{}), over: over, end: sync.OnceFunc(func() { close(over) }),
		}
	}
	return f
}

// spec is an adapter whose sweeps pass by the freezer.
func (f freezer) spec(s adapter.Spec) adapter.Spec {
	vendor := s.Vendor
	s.Vendor = func(ctx context.Context, c adapter.Config, k adapter.Kernel) (*adapter.Vendor, error) {
		v, err := vendor(ctx, c, k)
		if err != nil {
			return nil, err
		}
		for i := range v.Sweeps {
			v.Sweeps[i].Next = f.next(v.Sweeps[i].Kind, v.Sweeps[i].Next)
		}
		return v, nil
	}
	return s
}

type next = func(ctx context.Context, connection string, place []byte) (sweep.Page, error)

func (f freezer) next(kind string, read next) next {
	return func(ctx context.Context, connection string, place []byte) (sweep.Page, error) {
		p, err := read(ctx, connection, place)
		if at, ok := f[connection]; ok && err == nil && at.kind == kind && at.catches(p) {
			at.hold()
		}
		return p, err
	}
}

// catches reports every second page: one is the heir's, to be applied; with the one after it the heir is frozen.
func (c *cell) catches(p sweep.Page) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heir = !c.heir
	if !c.heir && p.Complete {
		c.whole++
	}
	return c.heir
}

func (c *cell) hold() {
	thaw := make(chan struct{})
	select {
	case c.frozen <- thaw:
	case <-c.over:
		return
	}
	select {
	case <-thaw:
	case <-c.over:
	}
}

func (c *cell) sweeps() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.whole
}
