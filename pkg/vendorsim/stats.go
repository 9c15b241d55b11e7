package vendorsim

import (
	"fmt"
	"maps"
	"net/http"
	"sync"
)

// maxRoutes bounds what Stats tells apart; the rest is counted together.
const maxRoutes = 1000

// Stats counts requests by route and status. The zero value is ready.
type Stats struct {
	mu       sync.Mutex
	requests map[string]uint64
}

// Count counts every request to next as "METHOD route status"; a status of 0 is a connection closed without an answer. The
// route is the pattern by which a ServeMux further in found its handler.
func (s *Stats) Count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w}
		defer func() { s.add(r, seen.status) }()
		next.ServeHTTP(seen, r)
	})
}

func (s *Stats) add(r *http.Request, status int) {
	key := fmt.Sprintf("%s %d", r.Pattern, status)
	if r.Pattern == "" {
		key = fmt.Sprintf("%s - %d", r.Method, status)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.requests == nil {
		s.requests = map[string]uint64{}
	}
	if _, known := s.requests[key]; !known && len(s.requests) >= maxRoutes {
		key = "other"
	}
	s.requests[key]++
}

// Requests is how many requests there were of each kind.
func (s *Stats) Requests() map[string]uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.requests)
}

// Reset forgets every request.
func (s *Stats) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// statusWriter remembers the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
