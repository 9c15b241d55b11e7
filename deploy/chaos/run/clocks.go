package run

import (
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

// clocks is how far each process's clock is ahead in its next life. It may be shared.
type clocks struct {
	mu    sync.Mutex
	ahead map[string]time.Duration
}

func newClocks(s schedule.Schedule, simulator string) *clocks {
	c := &clocks{ahead: map[string]time.Duration{simulator: s.Vendor}}
	for who, ahead := range s.Clocks {
		c.ahead[who] = ahead
	}
	return c
}

func (c *clocks) of(who string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ahead[who]
}

func (c *clocks) set(who string, ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead[who] = ahead
}
