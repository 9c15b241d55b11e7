package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// thin is a notification without the object. [official: api v2 event destinations; client library: stripe-go event_notification.go]
type thin struct {
	ID            string       `json:"id"`
	Object        string       `json:"object"`
	Type          string       `json:"type"`
	Livemode      bool         `json:"livemode"`
	Created       string       `json:"created"`
	Context       *string      `json:"context"`
	RelatedObject thinRelated  `json:"related_object"`
	Reason        *thinRequest `json:"reason"`
}

type thinRelated struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

type thinRequest struct {
	Type    string          `json:"type"`
	Request snapshotRequest `json:"request"`
}

func thinOf(e *event) thin {
	about := e.object.self()
	out := thin{
		ID: e.ID, Object: "v2.core.event", Type: "v1." + e.Type, Livemode: e.live, Context: maybe(e.account),
		Created:       time.Unix(e.born, 0).UTC().Format("2006-01-02T15:04:05.000Z"),
		RelatedObject: thinRelated{ID: about.ID, Type: about.Object, URL: "/v1/" + about.Object + "s/" + about.ID},
	}
	if e.request != "" {
		out.Reason = &thinRequest{Type: "request", Request: snapshotRequest{ID: &e.request, IdempotencyKey: maybe(e.key)}}
	}
	return out
}

// sign adds the signature of the moment: one v1 for each secret that is good, and a scheme that nobody knows. A clock that the
// control surface has moved lets time act, and does not make a signature come from tomorrow. [official: webhooks, "Verify manually"]
func (s *Stripe) sign(r *http.Request, d vendorsim.Delivery) {
	at := s.cfg.Clock().Unix()
	parts := []string{fmt.Sprintf("t=%d", at)}
	for _, key := range s.secretsOf(d) {
		parts = append(parts, "v1="+Signature(key, at, d.Body))
	}
	r.Header.Set("Stripe-Signature", strings.Join(append(parts, "v0="+Signature("", at, d.Body)), ","))
	r.Header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
}

// Signature is the hex HMAC of a body at a time, under a secret.
func Signature(secret string, at int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%d.", at)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

func (s *Stripe) secretsOf(d vendorsim.Delivery) []string {
	x, ok := s.endpointOf(d.Labels["account"], d.Labels["endpoint"])
	if !ok {
		return nil
	}
	var out []string
	for _, k := range x.secrets {
		if k.until == 0 || k.until > s.now() {
			out = append(out, k.text)
		}
	}
	return out
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
		c.store(e.settled(d.Labels["endpoint"], d.Outcome == vendorsim.Sent))
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
