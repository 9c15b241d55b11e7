package sim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"sync"
	"time"
)

// keyLife is how long an idempotency key is remembered at least. [official: idempotent requests, "at least 24 hours"]
const keyLife = 24 * time.Hour

// keyring remembers what was answered to each idempotency key.
type keyring struct {
	mu   sync.Mutex
	seen map[string]*remembered
}

// remembered is the answer to the first request with a key; none while it is under way.
type remembered struct {
	since   time.Time
	request string // operation and parameters, for comparison
	status  int    // 0: under way
	body    []byte
}

func (k *keyring) reset() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seen = map[string]*remembered{}
}

// claim is what is remembered of a key; nil if the caller is the first, and then it is under way.
func (k *keyring) claim(key, request string, now time.Time) *remembered {
	k.mu.Lock()
	defer k.mu.Unlock()
	if was := k.seen[key]; was != nil && (was.status == 0 || now.Sub(was.since) < keyLife) {
		copied := *was
		return &copied
	}
	k.seen[key] = &remembered{since: now, request: request}
	return nil
}

// prune forgets what is too old to be replayed.
func (k *keyring) prune(now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, was := range k.seen {
		if was.status != 0 && now.Sub(was.since) >= keyLife {
			delete(k.seen, key)
		}
	}
}

// settle remembers an answer; with status 0 the key is forgotten, as if it had not been used.
func (k *keyring) settle(key string, status int, body []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if status == 0 {
		delete(k.seen, key)
		return
	}
	if was := k.seen[key]; was != nil {
		was.status, was.body = status, body
	}
}

// once serves a request, or what was answered to its key before. [official: idempotent requests, error-low-level]
func (s *Stripe) once(w http.ResponseWriter, c *call, op route) {
	key := c.Header.Get("Idempotency-Key")
	if len(key) > 255 {
		s.refuse(w, refusal{status: http.StatusBadRequest, kind: "idempotency_error", message: "Idempotency keys must be less than 256 characters."})
		return
	}
	if key == "" || c.Method != http.MethodPost { // GET and DELETE are idempotent by definition
		s.faults.Answers(s.execution(c, op, new(outcome))).ServeHTTP(w, c.Request)
		return
	}
	scoped, request := c.a.id+" "+key, c.Method+" "+c.URL.Path+"?"+c.form.Encode()
	if was := s.keys.claim(scoped, request, s.time()); was != nil {
		s.again(w, c, was, request)
		return
	}
	s.first(w, c, op, scoped)
}

// again answers a key that was seen before.
func (s *Stripe) again(w http.ResponseWriter, c *call, was *remembered, request string) {
	switch {
	case was.request != request:
		s.refuse(w, refusal{
			status: http.StatusBadRequest, kind: "idempotency_error",
			message: "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '" + c.Header.Get("Idempotency-Key") + "' if you meant to execute a different request.",
		})
	case was.status == 0: // its type is told in two ways [community: stripity-stripe #564, against most mocks]
		s.refuse(w, refusal{
			status: http.StatusConflict, kind: s.Switches().InUseType, code: "idempotency_key_in_use",
			message: "There is currently another in-progress request using this Stripe-Account and Idempotency-Key.",
		})
	default:
		w.Header().Set("Idempotent-Replayed", "true")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(was.status)
		_, _ = w.Write(was.body)
	}
}

// outcome is how an execution ended, whatever its caller heard of it.
type outcome struct {
	status int
	body   []byte
}

// first executes, and remembers what the vendor would: the answer of what was executed, or the 500 that was put in its place.
// An answer lost on its way is remembered as it was; a 429 or a proxy's error in its stead is not remembered.
func (s *Stripe) first(w http.ResponseWriter, c *call, op route, key string) {
	var ended outcome
	heard := &recorder{ResponseWriter: w}
	defer func() {
		switch {
		case heard.status == http.StatusInternalServerError:
			s.keys.settle(key, heard.status, heard.body.Bytes())
		case ended.status == 0:
			s.keys.settle(key, 0, nil)
		}
	}()
	s.faults.Answers(s.execution(c, op, &ended, func() { s.keys.settle(key, ended.status, ended.body) })).ServeHTTP(heard, c.Request)
}

// execution is the operation as a handler.
func (s *Stripe) execution(c *call, op route, ended *outcome, done ...func()) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.dwell(r)
		status, body := s.answer(c, op)
		text, err := marshal(body)
		if err != nil {
			status, text = http.StatusInternalServerError, []byte(`{"error":{"type":"api_error"}}`)
		}
		ended.status, ended.body = status, text
		for _, tell := range done {
			tell()
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write(text) //nolint:gosec // JSON, and served as such
	})
}

// dwell is how long a write takes before anything is decided: time for a repeat to find it under way.
func (s *Stripe) dwell(r *http.Request) {
	pause := time.Duration(s.Switches().WriteMS) * time.Millisecond
	if pause == 0 || r.Method != http.MethodPost {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-r.Context().Done(): // the vendor goes on all the same
	case <-timer.C:
	}
}

func marshal(v any) ([]byte, error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ") // as the vendor's answers are
	err := encoder.Encode(v)
	return body.Bytes(), err
}

// recorder hears what is answered.
type recorder struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.body.Write(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
