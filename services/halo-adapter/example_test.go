package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// The example does what the page for callers says.
func TestTheExampleRuns(t *testing.T) {
	v := simulate(t, "acme", sim.Config{Tickets: 5, Seed: 1})
	r := start(t, nil, v)
	binary := filepath.Join(t.TempDir(), "example")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./example").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), binary, "--address", r.Conn.Target(), "--connection", "acme").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, said := range []string{"never seen at the vendor yet", "pending: CreateTicket of [summary]", "pending: UpdateTicket of [summary]", "is now connections/acme/tickets/10006"} {
		if !strings.Contains(string(out), said) {
			t.Errorf("it does not say %q:\n%s", said, out)
		}
	}
}
