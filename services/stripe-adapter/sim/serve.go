package sim

import (
	"net/http"
	"strings"
)

// head is what every answer carries. The time is the vendor's, which a test may have moved.
func (s *Stripe) head(w http.ResponseWriter, r *http.Request) (id, version string) {
	id, version = "req_"+strings.ReplaceAll(s.dice.UUID(), "-", "")[:14], orText(r.Header.Get("Stripe-Version"), s.cfg.DefaultVersion)
	w.Header().Set("Request-Id", id)
	w.Header().Set("Stripe-Version", version)
	w.Header().Set("Date", s.time().Format(http.TimeFormat))
	if key := r.Header.Get("Idempotency-Key"); key != "" {
		w.Header().Set("Idempotency-Key", key)
	}
	return id, version
}

// serve takes a request the way it goes at the vendor: key, limits, parameters, then the memory of idempotency keys, and only
// then the operation, with whatever the fault plan does to it.
func (s *Stripe) serve(w http.ResponseWriter, r *http.Request, op route) {
	id, version := s.head(w, r)
	c, err := s.open(w, r, op)
	if err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	if reason := s.paced(op, r); reason != "" {
		s.throttle(w, reason)
		return
	}
	if err := check(c.in, op.params, ""); err != nil {
		s.refuse(w, asRefusal(err))
		return
	}
	c.id, c.version = id, version
	if r.Method == http.MethodGet {
		s.reads.count(s.time())
	}
	s.once(w, c, op)
}

// answer runs an operation and says what it answers.
func (s *Stripe) answer(c *call, op route) (status int, body any) {
	out, err := s.run(c, op)
	if err == nil {
		out, err = c.shown(out)
	}
	if err != nil {
		no := asRefusal(err)
		return no.status, no.body(c.id)
	}
	return http.StatusOK, out
}

func (s *Stripe) run(c *call, op route) (any, error) {
	if op.read != nil {
		return op.read(c)
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	change := &change{s: s, a: c.a, at: s.now(), request: c.id, key: c.Header.Get("Idempotency-Key"), by: orText(c.by, "api"), form: c.form}
	out, err := op.write(change, c)
	if err == nil || asRefusal(err).keep {
		change.publishAll()
	}
	return out, err
}
