package upstream

import (
	"net"
	"net/http"
	"time"
)

// Transport is what a Client sends with unless told otherwise: bounded in connections and in every step, without a proxy
// from the environment. A RoundTripper follows no redirects. Idle connections are dropped before most vendors do it, so
// that a write is seldom lost to one that has just been closed. net/http repeats by itself only what it knows was not
// processed, or what changes nothing; a key that makes a write repeat-safe for the vendor is hidden from it (replay.go).
func Transport() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 15 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		MaxConnsPerHost:        64,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
	}
}
