package sim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// byHand is a change that a person makes at the vendor's own screens: no key, no limits, no faults, and a request without id in
// the events.
func byHand[T any](s *Stripe, account string, do func(*change) (T, error)) (T, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	c := &change{s: s, a: s.accounts[account], at: s.now(), by: "person"}
	out, err := do(c)
	if err == nil || asRefusal(err).keep {
		c.publishAll()
	}
	return out, err
}

// Do is any operation of the API, done by a person: Do("POST", "/v1/customers", form). Account is empty for the platform's own.
func (s *Stripe) Do(account, method, path string, form url.Values) (json.RawMessage, error) {
	for _, op := range s.table() {
		values, fits := op.fits(method, path)
		if !fits {
			continue
		}
		in, err := parseForm(form)
		if err != nil {
			return nil, err
		}
		if err := check(in, op.params, ""); err != nil {
			return nil, err
		}
		r := &http.Request{Method: method, URL: &url.URL{Path: path}, Header: http.Header{}}
		for name, value := range values {
			r.SetPathValue(name, value)
		}
		a := s.accounts[orText(account, s.cfg.Account)]
		if a == nil {
			return nil, missing(404, "account", account, "account")
		}
		out, err := s.run(&call{Request: r, s: s, a: a, in: in, form: form, version: basil, by: "person"}, op)
		if err != nil {
			return nil, err
		}
		return json.Marshal(out)
	}
	return nil, invalid("", "", "Unrecognized request URL (%s: %s).", method, path).with(http.StatusNotFound)
}

// fits is the values of the path if an operation is meant by it; a word in the path goes before a value.
func (r route) fits(method, path string) (map[string]string, bool) {
	want, got := strings.Split(r.path, "/"), strings.Split(path, "/")
	if r.method != method || len(want) != len(got) {
		return nil, false
	}
	values := map[string]string{}
	for n, part := range want {
		if name, is := strings.CutPrefix(part, "{"); is {
			values[strings.TrimSuffix(name, "}")] = got[n]
		} else if part != got[n] {
			return nil, false
		}
	}
	return values, true
}

// Truth is an object as it really is, deleted or not; false if there never was one.
func (s *Stripe) Truth(account, id string) (json.RawMessage, bool) {
	a := s.accounts[orText(account, s.cfg.Account)]
	if a == nil {
		return nil, false
	}
	for _, shelf := range a.shelves {
		if o, ok := shelf.Get(id, time.Time{}); ok {
			text, err := json.Marshal(o)
			return text, err == nil
		}
	}
	return nil, false
}

// Resend delivers an event again, to every endpoint that wants it, as a person can for 15 days. [official: webhooks]
func (s *Stripe) Resend(account, id string) error {
	_, err := byHand(s, orText(account, s.cfg.Account), func(c *change) (any, error) {
		e, ok := find[*event](c.a, "event", id)
		if !ok {
			return nil, missing(404, "event", id, "id")
		}
		for _, x := range s.listeners(c.a, e.Type) {
			s.dispatch(c.a, e, x)
		}
		return nil, nil
	})
	return err
}

// Forge delivers any body to every endpoint, rightly signed: what no vendor would send, or not to this one.
func (s *Stripe) Forge(id string, body []byte) {
	for _, x := range all[*endpoint](s.accounts[s.cfg.Account], "webhook_endpoint", nil) {
		s.sender.Enqueue(vendorsim.Delivery{ID: id, URL: x.URL, Body: body, Labels: map[string]string{"account": s.cfg.Account, "endpoint": x.ID, "type": "forged"}})
	}
}
