package upstream

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// maxHosts bounds what discovery can add; a vendor that moves more often is not to be followed.
const maxHosts = 32

// hosts are the origins that a connection may call.
type hosts struct {
	mu      sync.RWMutex
	origins map[string]bool
}

func newHosts(origins []string) (*hosts, error) {
	h := &hosts{origins: map[string]bool{}}
	for _, origin := range origins {
		if err := h.add(origin); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *hosts) add(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("upstream: host: %w", err)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("upstream: host %q: want scheme and host, as https://example.com", u.Redacted())
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.origins) >= maxHosts && !h.origins[origin(u)] {
		return fmt.Errorf("upstream: more than %d hosts", maxHosts)
	}
	h.origins[origin(u)] = true
	return nil
}

// allow compares what is dialled and what is asked for there: a request that names another host than it dials is refused.
func (h *hosts) allow(req *http.Request) bool {
	if req.URL.User != nil || req.Host != "" && req.Host != req.URL.Host {
		return false
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.origins[origin(req.URL)]
}

// origin spells scheme, host and port in one way.
func origin(u *url.URL) string {
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[scheme]
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}
