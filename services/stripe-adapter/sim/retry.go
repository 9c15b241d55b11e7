package sim

import (
	"fmt"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// retry is a webhook that will be tried again.
type retry struct {
	at                       int64
	account, event, endpoint string
	tries                    int
}

// retrySchedule is how long after each failed attempt the next one comes. The vendor says only: up to three days in live mode,
// three tries over a few hours in test mode. [official: webhooks, "Retry behavior"; community: these steps]
func retrySchedule(live bool) []time.Duration {
	if !live {
		return []time.Duration{time.Hour, 2 * time.Hour}
	}
	out := []time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour}
	for range 6 {
		out = append(out, 10*time.Hour)
	}
	return out
}

func (s *Stripe) tryAgain(d vendorsim.Delivered) {
	tries := 0
	_, _ = fmt.Sscan(d.Labels["tries"], &tries)
	if tries < len(s.cfg.RetryAfter) {
		at := s.now() + int64(s.cfg.RetryAfter[tries]/time.Second)
		s.retries = append(s.retries, retry{at: at, account: d.Labels["account"], event: d.ID, endpoint: d.Labels["endpoint"], tries: tries + 1})
	}
}

// failing counts failures in a row, and disables an endpoint when the account says so. [unsure: timing]
func (c *change) failing(id string, failed bool) {
	x, ok := c.s.endpointOf(c.a.id, id)
	if !ok || x.failures == 0 && !failed {
		return
	}
	next := *x
	next.failures = 0
	if failed {
		next.failures = x.failures + 1
	}
	if limit := c.s.Switches().AutoDisable; limit > 0 && next.failures >= limit {
		next.Status = "disabled"
	}
	owner := c.s.byTime(c.s.accounts[c.s.cfg.Account])
	if _, own := find[*endpoint](c.a, "webhook_endpoint", id); own {
		owner = c
	}
	owner.store(&next)
}

// retryDue sends what is to be tried again by now. A deleted endpoint ends it; a disabled one does if it is still disabled then.
// [official: webhooks, "Disabling and retrying"]
func (s *Stripe) retryDue() {
	var later []retry
	for _, r := range s.retries {
		if r.at > s.now() {
			later = append(later, r)
			continue
		}
		e, ok := find[*event](s.accounts[r.account], "event", r.event)
		x, there := s.endpointOf(r.account, r.endpoint)
		if ok && there && x.Status == "enabled" {
			s.dispatch(s.accounts[r.account], e, x, r.tries)
		}
	}
	s.retries = later
}
