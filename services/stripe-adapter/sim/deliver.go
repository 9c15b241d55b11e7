package sim

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// hookClient follows no redirects: they are failures. [official: webhooks]
func hookClient() *http.Client {
	return &http.Client{Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// listeners are the endpoints that hear of an event of an account: its own, and for a connected account the platform's that
// were made for it. [official: Connect webhooks]
func (s *Stripe) listeners(a *account, name string) []*endpoint {
	wants := func(connect bool) func(*endpoint) bool {
		return func(x *endpoint) bool {
			return x.Status == "enabled" && x.connect == connect && matches(x.EnabledEvents, name)
		}
	}
	out := all(a, "webhook_endpoint", wants(false))
	if a.id != s.cfg.Account {
		out = append(out, all(s.accounts[s.cfg.Account], "webhook_endpoint", wants(true))...)
	}
	slices.Reverse(out) // the oldest first
	return out
}

// dispatch queues one delivery.
func (s *Stripe) dispatch(a *account, e *event, x *endpoint, tries ...int) {
	body, err := marshal(s.payload(a, e, x))
	if err != nil {
		return // nothing in an event fails to marshal
	}
	s.sender.Enqueue(vendorsim.Delivery{ID: e.ID, URL: x.URL, Body: body, Labels: map[string]string{
		"account": a.id, "endpoint": x.ID, "type": e.Type, "object": e.object.self().ID, "tries": fmt.Sprint(append(tries, 0)[0]),
	}})
}

// payload is what is sent: the event in the endpoint's version or else the account's, or only where to look. [official: webhooks
// versioning; event destinations, "thin events"]
func (s *Stripe) payload(a *account, e *event, x *endpoint) any {
	if s.Switches().WebhookPayload == "thin" {
		return thinOf(e)
	}
	return e.snapshot(orText(value(x.APIVersion), e.version), a.age)
}

// endpointOf is an endpoint of an account, or of the platform for it.
func (s *Stripe) endpointOf(account, id string) (*endpoint, bool) {
	if x, ok := find[*endpoint](s.accounts[account], "webhook_endpoint", id); ok {
		return x, true
	}
	return find[*endpoint](s.accounts[s.cfg.Account], "webhook_endpoint", id)
}

// delivered takes note of how an attempt ended: a failure is tried again later, success is not. What was dropped on its way is
// never tried again: for the vendor it is still pending.
func (s *Stripe) delivered(d vendorsim.Delivered) {
	s.writing.Lock()
	defer s.writing.Unlock()
	a := s.accounts[d.Labels["account"]]
	if a == nil {
		return // a forged delivery
	}
	e, ok := find[*event](a, "event", d.ID)
	if !ok {
		return
	}
	c := s.byTime(a)
	if d.Outcome != vendorsim.Dropped {
		e = e.settled(d.Labels["endpoint"], d.Outcome == vendorsim.Sent)
		c.store(e)
	}
	switch d.Outcome {
	case vendorsim.Sent:
		c.acknowledged(e)
		c.failing(d.Labels["endpoint"], false)
	case vendorsim.Failed:
		c.failing(d.Labels["endpoint"], true)
		s.tryAgain(d)
	case vendorsim.Dropped: // lost for good
	}
}
