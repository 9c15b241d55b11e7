package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/breakwater-acl/breakwater/pkg/adapter"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

const hookPath = "a-path-nobody-guesses"

// examined is what the doctor prints and how it ends, with the configuration that the adapter would serve with.
func examined(t *testing.T, h *sim.Halo, secret string, args ...string) (printed string, err error) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	file := written(t, fmt.Sprintf(`
database_url: postgres://127.0.0.1:1/none
connections:
  - name: acme
    base_url: %[1]s
    client_id: halo-sim-client
    client_secret: %[2]s
    limit: {calls: 100000, window: 1m}
    webhook: {path: %[3]s, user: halo, password: some-password}
  - name: other
    base_url: %[1]s
    client_id: halo-sim-client
    client_secret: %[2]s
    limit: {calls: 100000, window: 1m}
`, server.URL, secret, hookPath))
	var out bytes.Buffer
	none := func(string) (string, bool) { return "", false }
	err = adapter.Run(t.Context(), spec(), append([]string{"doctor", "--config", file}, args...), none, &out, io.Discard)
	printed = strings.ReplaceAll(out.String(), server.URL, "https://acme.example")
	return regexp.MustCompile(` +\n`).ReplaceAllString(printed, "\n"), err
}

func TestADoctorFindsNothingToDo(t *testing.T) {
	t.Parallel()
	h := sim.New(sim.Config{Tickets: 3, Limit: -1})
	h.SetWebhook("https://adapter.example/webhooks/acme/"+hookPath, "halo", "some-password")
	printed, err := examined(t, h, "halo-sim-secret")
	want := "   webhook                   registered  \"Integration\" calls https://adapter.example/webhooks/acme/…\n"
	if !strings.Contains(printed, want) {
		t.Errorf("no webhook in\n%s", printed)
	}
	if err != nil || !strings.HasSuffix(printed, "Nothing has to be done.\n") || strings.Count(printed, "calls were made.") != 2 {
		t.Errorf("it ends with %v\n%s", err, printed)
	}
}

func TestADoctorSaysWhatAPersonHasToDo(t *testing.T) {
	t.Parallel()
	h := sim.New(sim.Config{Tickets: 3, Limit: -1})
	printed, err := examined(t, h, "old-secret", "acme")
	want := `acme
   CHECK        OF  FOUND
   address      -   Halo answers; one signs in at https://acme.example/auth, no tenant's name
   clock        -   as ours, to about 2s
!  credentials  -   refused: 401 CREDENTIALS_REFUSED: invalid_client
                    -> compare client_id, client_secret and tenant with the API application in Halo, and see that it is active there
   others       -   not looked at, because of the above: read ticket, read note, read attachment, read client, read site, read user, read quote, read invoice, read recurring_invoice, read agent, read status, read ticket_type, read priority, read team, filter ticket, filter client, filter site, filter user, filter invoice, filter recurring_invoice, write, reports, marks, pages, webhook, document
3 calls were made.

`
	if d := cmp.Diff(want, printed); d != "" {
		t.Error(d)
	}
	if err == nil || err.Error() != "something has to be done by a person: acme: credentials" {
		t.Errorf("it ends with %v", err)
	}
}

func TestADoctorIsNotAskedForAConnectionThatThereIsNot(t *testing.T) {
	t.Parallel()
	if _, err := examined(t, sim.New(sim.Config{}), "halo-sim-secret", "elsewhere"); err == nil || !strings.Contains(err.Error(), `"elsewhere"`) {
		t.Errorf("it ends with %v", err)
	}
}
