package sim

import (
	"net/http"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// paces are the limits besides the global one: each operation's, and that of updates to one payment.
type paces struct {
	mu  sync.Mutex
	per map[string]*vendorsim.Limiter
}

func (p *paces) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.per = map[string]*vendorsim.Limiter{}
}

// prune begins afresh when there are too many to keep.
func (p *paces) prune() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.per) > 10_000 {
		p.per = map[string]*vendorsim.Limiter{}
	}
}

func (p *paces) allow(name string, limit int, window time.Duration, now time.Time) bool {
	p.mu.Lock()
	if p.per[name] == nil {
		p.per[name] = vendorsim.NewLimiter(limit, window)
	}
	limiter := p.per[name]
	p.mu.Unlock()
	return limiter.Allow(now)
}

// intentUpdates is how often one payment may change in an hour. [official: rate-limits, "1000 updates per PaymentIntent per hour"]
const intentUpdates = 1000

// paced is why a request is too much; empty if it is not. [official: rate-limits]
func (s *Stripe) paced(op route, r *http.Request) string {
	now := s.time()
	if !s.global.Allow(now) {
		return "global-rate"
	}
	if !s.paces.allow(op.method+" "+op.path, s.cfg.EndpointLimit, time.Second, now) {
		return "endpoint-rate"
	}
	if intent := r.PathValue("intent"); intent != "" && r.Method == http.MethodPost && !s.paces.allow(intent, intentUpdates, time.Hour, now) {
		return "resource-specific"
	}
	return ""
}

// allowance counts reads, by day. [official: rate-limits, "API read request allocations"]
type allowance struct {
	mu   sync.Mutex
	days map[int64]int
}

const allowanceDays = 30

func (a *allowance) reset() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.days = map[int64]int{}
}

func (a *allowance) count(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	day := now.Unix() / 86400
	a.days[day]++
	for old := range a.days {
		if old <= day-allowanceDays {
			delete(a.days, old)
		}
	}
}

// Reads is how the read allowance stands: GETs in the last 30 days, and what they may be: 500 for each charge made in that time,
// and never less than 10,000.
type Reads struct {
	Used      int `json:"used"`
	Allowance int `json:"allowance"`
}

// Reads is how the read allowance stands.
func (s *Stripe) Reads() Reads {
	since, charges := s.time().Add(-allowanceDays*24*time.Hour).Unix(), 0
	for _, a := range s.accounts {
		charges += len(all(a, "charge", func(c *charge) bool { return c.Paid && c.born >= since }))
	}
	s.reads.mu.Lock()
	defer s.reads.mu.Unlock()
	out := Reads{Allowance: max(10_000, 500*charges)}
	for _, n := range s.reads.days {
		out.Used += n
	}
	return out
}
