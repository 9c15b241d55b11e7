package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adapter"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// examined is what the doctor prints and how it ends, with the configuration that the adapter would serve with.
func examined(t *testing.T, s *sim.Stripe, key string) (printed string, err error) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "config.yaml")
	text := fmt.Sprintf(`
database_url: postgres://127.0.0.1:1/none
secrets_key: %s
connections:
  - name: acme
    base_url: %s
    key: %s
    webhook: {path: a-path-nobody-guesses, public_url: https://hooks.example.com}
`, strings.Repeat("k", 32), server.URL, key)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	err = adapter.Run(t.Context(), spec(), []string{"doctor", "--config", file}, none, &out, io.Discard)
	return out.String(), err
}

func TestADoctorFindsNothingToDo(t *testing.T) {
	t.Parallel()
	s := sim.New(sim.Config{Customers: 3, Limit: -1, EndpointLimit: -1})
	_, err := s.Do("", "POST", "/v1/webhook_endpoints", form("url", "https://hooks.example.com/webhooks/acme/a-path-nobody-guesses",
		"enabled_events[0]", "*", "api_version", stripe.Version))
	if err != nil {
		t.Fatal(err)
	}
	printed, err := examined(t, s, "sk_test_sim")
	if err != nil || !strings.HasSuffix(printed, "Nothing has to be done.\n") || !strings.Contains(printed, "acct_sim") || strings.Contains(printed, "nobody-guesses") {
		t.Errorf("it ends with %v\n%s", err, printed)
	}
}

func TestADoctorSaysWhatAPersonHasToDo(t *testing.T) {
	t.Parallel()
	printed, err := examined(t, sim.New(sim.Config{Limit: -1, EndpointLimit: -1}), "sk_test_old-secret")
	if err == nil || err.Error() != "something has to be done by a person: acme: key" || !strings.Contains(printed, "-> compare key with that in Stripe") || strings.Contains(printed, "old-secret") {
		t.Errorf("it ends with %v\n%s", err, printed)
	}
}
