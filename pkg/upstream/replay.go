package upstream

import (
	"net/http"
	"strings"
)

// repeatKeys are the header fields whose presence lets net/http send a write again by itself, when the connection that it
// had kept open turns out to be dead [official: net/http, Transport]. That repeat would be in no journal and no budget.
func repeatKeys() []string { return []string{"Idempotency-Key", "X-Idempotency-Key"} }

// unrepeatable is h so that net/http knows of no repeat-safe key in it: it looks for the canonical spelling, and the vendor
// reads any [official: RFC 9110, 5.1]. h itself is not changed: the journal holds it. What never left at all is still
// sent on another connection.
func unrepeatable(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range repeatKeys() {
		if values, there := h[name]; there {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
	return h
}
