package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// good is the least that a configuration must say.
const good = `
database_url: postgres://127.0.0.1:1/none
connections:
  - name: acme
    base_url: https://acme.halopsa.com
    client_id: some-id
    client_secret: some-secret
`

func TestABadConfigurationIsRefusedByNameOfItsKey(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ file, want string }{
		"an unknown key":                 {good + "retires: 3\n", "retires"},
		"an unknown key of a connection": {good + "    base_uri: x\n", "base_uri"},
		"a value of another type":        {good + "jobs: {attempt: soon}\n", `"soon"`},
		"no base_url":                    {without("    base_url"), "connections[0].base_url: is missing"},
		"a base_url that is none":        {strings.Replace(good, "https://acme.halopsa.com", "acme", 1), "connections[0].base_url: expects a URL"},
		"no client_secret":               {without("client_secret"), "connections[0].client_secret: is missing"},
		"no connections":                 {"database_url: postgres://127.0.0.1:1/none\n", "connections: is missing"},
		"no database":                    {without("database_url:"), "database_url: is missing"},
		"a name that is none":            {strings.Replace(good, "name: acme", "name: Acme Ltd", 1), "connections[0].name: expects lower-case"},
		"a connection twice":             {good + good[strings.Index(good, "  - name"):], "connections: expects each name once"},
		"a lease shorter than attempts":  {good + "jobs: {attempt: 30s, lease: 20s}\n", "jobs.lease: expects more than jobs.attempt"},
		"a lease as long as attempts":    {good + "jobs: {attempt: 30s, lease: 30s}\n", "jobs.lease: expects more than jobs.attempt"},
		"a lease shorter than default":   {good + "jobs: {lease: 20s}\n", "jobs.lease: expects more than jobs.attempt"},
		"a state that is none":           {good + "    states: {1: OPEN}\n", "expects one of NEW IN_PROGRESS WAITING CLOSED"},
		"a webhook path easily guessed":  {good + "    webhook: {path: short}\n", "webhook.path"},
		"a negative lag":                 {good + "halo: {read_lag: -1s}\n", "halo.read_lag"},
		"a mark that is none":            {good + "halo: {note_mark: invisible}\n", "halo.note_mark: expects one of visible none"},
		"an address without a port":      {good + "grpc: {listen: localhost}\n", "grpc.listen: expects an address"},
		"a variable that is not set":     {strings.Replace(good, "some-secret", "${HALO_SECRET}", 1), "set HALO_SECRET in the environment"},
		"a secret left to a person":      {good + "    auth_hosts: [acme]\n", "auth_hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := adaptertest.Serve(t.Context(), spec(), written(t, row.file), io.Discard)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want something with %q", err, row.want)
			}
			if err != nil && strings.Contains(err.Error(), "some-secret") {
				t.Errorf("it tells a secret: %v", err)
			}
		})
	}
}

func TestCallersFromElsewhereAreRefusedUnlessSomebodyInsists(t *testing.T) {
	t.Parallel()
	at := strings.Replace(adaptertest.Address(t), "127.0.0.1", "0.0.0.0", 1)
	file := strings.Replace(good, "postgres://127.0.0.1:1/none", pgtest.Database(t), 1) + "grpc: {listen: '" + at + "'}\n"
	err := adaptertest.Serve(t.Context(), spec(), written(t, file), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "grpc.listen") || !strings.Contains(err.Error(), "--insecure") {
		t.Errorf("got %v, want a word about grpc.listen and --insecure", err)
	}
}

func TestAnAnswerIsNotTwoThings(t *testing.T) {
	t.Parallel()
	c := &Config{Tenants: []Tenant{{QuoteApproved: 2}}}
	c.Complete()
	_, err := open(c, adapter.Kernel{})
	if err == nil || !strings.Contains(err.Error(), "connections[0].quote_rejected: is 2") {
		t.Errorf("got %v", err)
	}
}

func without(key string) string {
	var kept []string
	for line := range strings.Lines(good) {
		if !strings.Contains(line, key) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func written(t testing.TB, file string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestATimeZoneThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	c := &Config{Tenants: []Tenant{{Connection: adapter.Connection{Name: "acme"}, BaseURL: "https://acme.halopsa.com", ClientID: "id", ClientSecret: "secret", TimeZone: "GMT Standard Time"}}}
	c.Complete()
	if _, err := open(c, adapter.Kernel{Gate: func(string) upstream.Gate { return nil }}); err == nil || !strings.Contains(err.Error(), "connections[0].time_zone") {
		t.Errorf("got %v", err)
	}
}
