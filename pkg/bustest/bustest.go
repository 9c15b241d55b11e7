// Package bustest answers where a test's JetStream comes from.
package bustest

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

// Server is a NATS server with JetStream of t's own, gone when t ends.
func Server(t testing.TB) *embedded.NATS {
	t.Helper()
	n, err := embedded.StartNATS(embedded.NATSConfig{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	return n
}
