package adapter

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/config"
)

func parsed(t *testing.T, text string) (Connection, error) {
	t.Helper()
	var c Connection
	if err := config.Parse([]byte("name: acme\n"+text), func(string) (string, bool) { return "", false }, &c); err != nil {
		return c, err
	}
	return c, c.check()
}

func TestWhatVendorsAllowCanBeSaid(t *testing.T) {
	for name, row := range map[string]struct {
		text string
		want budget.Terms
	}{
		"nothing said: no limit": {"hold: 1m", budget.Terms{}},
		"Halo: 300 in 5 minutes, four fifths ours": {
			"limit: {calls: 300, window: 5m, share: 0.8}",
			budget.Terms{Limits: []budget.Limit{{Calls: 300, Window: 5 * time.Minute, Share: 0.8}}},
		},
		"Stripe: 100 a second, and reads for 30 days": {
			"limit: {calls: 100, window: 1s, share: 0.5}\nlimits: [{calls: 10000, window: 720h, reads: true}]",
			budget.Terms{Limits: []budget.Limit{
				{Calls: 100, Window: time.Second, Share: 0.5}, {Calls: 10_000, Window: 720 * time.Hour, Reads: true},
			}},
		},
		"three calls at once": {
			"concurrency: 3\nlongest: 40s\nfloors: {write: 0.5, sweep: 0.2}",
			budget.Terms{AtOnce: 3, Longest: 40 * time.Second, Floors: budget.Floors{0.5, 0, 0.2, 0}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := parsed(t, row.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, c.gate().Budget); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatContradictsItselfIsRefused(t *testing.T) {
	for name, row := range map[string]struct{ text, want string }{
		"calls without a window":       {"limit: {calls: 300}", "limit: expects calls and window"},
		"a window without calls":       {"limit: {window: 1m}", "limit: expects calls and window"},
		"a burst larger than allowed":  {"limit: {calls: 10, window: 1m, share: 0.5, burst: 6}", "which is 5, not 6"},
		"two limits in one window":     {"limit: {calls: 10, window: 1m}\nlimits: [{calls: 20, window: 60s}]", "one limit per window"},
		"floors of more than there is": {"floors: {write: 0.8, sweep: 0.3}", "no more than 1 together"},
		"a floor that leaves nothing":  {"floors: {write: 1}", "floors.write"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parsed(t, row.text); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want an error with %q", err, row.want)
			}
		})
	}
}
