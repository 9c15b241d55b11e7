package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/adapter"
	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/config"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// good is the least that a configuration must say.
const good = `
database_url: postgres://127.0.0.1:1/none
connections:
  - name: acme
    key: sk_test_some-secret
`

func TestABadConfigurationIsRefusedByNameOfItsKey(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ file, want string }{
		"an unknown key":                {good + "retires: 3\n", "retires"},
		"no key":                        {strings.Replace(good, "    key: sk_test_some-secret\n", "", 1), "connections[0].key: is missing"},
		"a key for browsers":            {strings.Replace(good, "sk_test_", "pk_test_", 1), "connections[0].key"},
		"an account that is none":       {good + "    account: acme\n", "connections[0].account"},
		"a base_url that is none":       {good + "    base_url: stripe\n", "connections[0].base_url: expects a URL"},
		"an empty webhook secret":       {good + "    webhook_secrets: [\"\"]\n", "connections[0].webhook_secrets"},
		"a negative tolerance":          {good + "stripe: {tolerance: -1s}\n", "stripe.tolerance"},
		"a variable that is not set":    {strings.Replace(good, "sk_test_some-secret", "${STRIPE_KEY}", 1), "set STRIPE_KEY in the environment"},
		"reads that are never enough":   {good + "    reads_low: 1\n", "connections[0].reads_low"},
		"a webhook path easily guessed": {good + "    webhook: {path: short}\n", "webhook.path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(file, []byte(row.file), 0o600); err != nil {
				t.Fatal(err)
			}
			err := adaptertest.Serve(t.Context(), spec(), file, io.Discard)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want something with %q", err, row.want)
			}
			if err != nil && strings.Contains(err.Error(), "some-secret") {
				t.Errorf("it tells a secret: %v", err)
			}
		})
	}
}

func TestWhatIsLeftOutIsAsStripeDocumentsIt(t *testing.T) {
	t.Parallel()
	for key, calls := range map[string]int{"sk_test_some-secret": 25, "rk_live_some-secret": 100} {
		c := &Config{}
		if err := config.Parse([]byte(strings.Replace(good, "sk_test_some-secret", key, 1)), os.LookupEnv, c); err != nil {
			t.Fatal(err)
		}
		c.Complete()
		a := c.Accounts[0]
		if a.Limit.Calls != calls || a.Limit.Window != time.Second || len(a.Limits) != 1 || !a.Limits[0].Reads || a.Limits[0].Calls != 10_000 || a.Limits[0].Low != 0.78 || a.BaseURL != "https://api.stripe.com" {
			t.Errorf("%s: %+v", key, a)
		}
	}
}

// What webhooks told is remembered for as long as the feed can tell it again.
func TestDeliveriesAreRememberedAsLongAsTheFeedGoesBack(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]time.Duration{"": 31 * 24 * time.Hour, "retention: {deliveries: 24h}\n": 31 * 24 * time.Hour, "retention: {deliveries: 1000h}\n": 1000 * time.Hour} {
		c := &Config{}
		if err := config.Parse([]byte(good+said), os.LookupEnv, c); err != nil {
			t.Fatal(err)
		}
		if c.Complete(); c.Retention.Deliveries != want {
			t.Errorf("%q: %v", said, c.Retention.Deliveries)
		}
	}
}

// A secret that stands where something else belongs is in no error.
func TestNoErrorTellsASecretInTheWrongPlace(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"    reads_per_month: sk_live_some-secret\n", "    webhook_secrets: whsec_some-secret\n", "    webhook: whsec_some-secret\n", "    base_url: sk_live_some-secret\n",
		"    limit: sk_live_some-secret\n", "    account: whsec_some-secret\n", "    webhook: {path: [whsec_some-secret]}\n", "    hold: some-secret\n",
		"  whsec_some-secret\n", "    account: acct_1: some-secret\n", "    account: \"some-secret\n",
	} {
		file := filepath.Join(t.TempDir(), "config.yaml")
		if err := os.WriteFile(file, []byte(good+line), 0o600); err != nil {
			t.Fatal(err)
		}
		err := adaptertest.Serve(t.Context(), spec(), file, io.Discard)
		if err == nil || strings.Contains(err.Error(), "some-secret") {
			t.Errorf("%q: %v", line, err)
		}
	}
}

func TestWebhooksNeedASecret(t *testing.T) {
	t.Parallel()
	c := &Config{Accounts: []Account{{Key: "sk_test_1"}}}
	c.Accounts[0].Webhook.Path = "an-unguessable-path"
	_, err := open(c, adapter.Kernel{Gate: func(string) upstream.Gate { return nil }})
	if err == nil || !strings.Contains(err.Error(), "connections[0].webhook_secrets: is missing") {
		t.Error(err)
	}
}
