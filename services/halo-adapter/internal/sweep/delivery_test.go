package sweep

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/sweep"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// The log of calls is a second look: where it is not shown to us, or in a shape that nobody knows, nothing is told and nothing is wrong.
func TestALogOfCallsIsReadAsFarAsItCanBe(t *testing.T) {
	at := time.Now().UTC().Add(-time.Minute).Format("2006-01-02T15:04:05")
	call := `{"id":"a","webhook_id":"7F","timestamp":"` + at + `","requestbody":"x"}`
	for name, row := range map[string]struct {
		status int
		body   string
		told   int
		fails  bool
	}{
		"in an object":                 {200, `{"record_count":1,"webhookevents":[` + call + `]}`, 1, false},
		"in an array":                  {200, `[` + call + `]`, 1, false},
		"one of them cannot be read":   {200, `[{"id":"b","timestamp":"soon"},` + call + `]`, 1, false},
		"none of them can be read":     {200, `[{"id":"b","timestamp":"soon"}]`, 0, false},
		"in a shape that nobody knows": {200, `{"record_count":1,"log":[` + call + `]}`, 0, false},
		"of another webhook":           {200, `[` + strings.ReplaceAll(call, "7F", "8a") + `]`, 0, false},
		"not for us":                   {403, `{"error":"no"}`, 0, false},
		"not there":                    {404, `{}`, 0, false},
		"out of order":                 {500, `{}`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				switch {
				case strings.HasPrefix(r.URL.Path, "/auth/"):
					_, _ = io.WriteString(w, `{"access_token":"abc","token_type":"Bearer","expires_in":3600}`)
				case strings.HasSuffix(r.URL.Path, "/WebhookEvent"):
					w.WriteHeader(row.status)
					_, _ = io.WriteString(w, row.body)
				default:
					w.WriteHeader(http.StatusNotFound)
				}
			}))
			t.Cleanup(server.Close)
			client, err := halo.New(halo.Config{BaseURL: server.URL, ClientID: "id", ClientSecret: "secret"}, upstream.Config{Connection: "acme"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(client.CloseIdleConnections)
			ts := Tenants{"acme": {Halo: client, Path: "/webhooks/acme/p", Told: func([]byte) ([]sweep.Told, error) { return make([]sweep.Told, 1), nil }}}
			page, err := ts.deliveries(0)(t.Context(), "acme", write(logPlace{Webhook: "7f", From: time.Now().Add(-time.Hour)}))
			if len(page.Told) != row.told || (err != nil) != row.fails {
				t.Errorf("%d told, %v", len(page.Told), err)
			}
			if p, _ := read[logPlace](page.Place); err == nil && row.told == 0 && row.status != 200 && !p.From.IsZero() {
				t.Errorf("what happens until it is shown is told then: %+v", p)
			}
		})
	}
}
