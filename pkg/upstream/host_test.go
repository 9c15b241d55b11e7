package upstream_test

import (
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func TestOnlyTheConnectionsOwnAddressesAreCalled(t *testing.T) {
	answered := upstream.Config{}.Hosts
	for name, tc := range map[string]struct {
		url     string
		allowed bool
	}{
		"its own":                {"https://halo.test/x", true},
		"in capitals":            {"HTTPS://Halo.Test/x", true},
		"with the port spelled":  {"https://halo.test:443/x", true},
		"another port":           {"https://halo.test:8443/x", false},
		"without encryption":     {"http://halo.test/x", false},
		"a longer name":          {"https://halo.test.evil.test/x", false},
		"its own as a login":     {"https://halo.test@evil.test/x", false},
		"a login to it":          {"https://me@halo.test/x", false},
		"a subdomain":            {"https://a.halo.test/x", false},
		"a file":                 {"file:///etc/passwd", false},
		"no host":                {"/x", false},
		"one that was allowed":   {"https://zone2.halo.test/x", true},
		"one with a dot too far": {"https://halo.test./x", false},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, "https://halo.test/api", &witness{}, func(cfg *upstream.Config) {
				cfg.Hosts = append(cfg.Hosts, answered...)
				cfg.Transport = transport(ok)
			})
			if err := c.Allow("https://zone2.halo.test"); err != nil {
				t.Fatal(err)
			}
			_, err := c.Do(t.Context(), upstream.Call{Op: "halo.X", URL: tc.url, Route: "/x"})
			if refused := err != nil; refused == tc.allowed {
				t.Errorf("%v", err)
			}
			if err != nil && fault.Of(err).Reason != upstream.ReasonHost {
				t.Errorf("refused for another reason: %v", err)
			}
		})
	}
}

func TestDiscoveryIsBounded(t *testing.T) {
	c := client(t, "https://halo.test", &witness{}, nil)
	var err error
	for i := range 100 {
		err = c.Allow("https://" + strings.Repeat("a", i+1) + ".test")
	}
	if err == nil {
		t.Error("a hundred hosts were allowed")
	}
	if err := c.Allow("https://halo.test"); err != nil {
		t.Errorf("a known host was refused when full: %v", err)
	}
}
