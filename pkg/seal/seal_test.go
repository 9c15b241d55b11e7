package seal_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/seal"
)

func box(t *testing.T, key string) *seal.Box {
	t.Helper()
	b, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsSealedOpensForNothingElse(t *testing.T) {
	key := strings.Repeat("k", seal.MinKey)
	b := box(t, key)
	sealed := b.Seal("whsec_1", "acme/we_1")
	if bytes.Contains(sealed, []byte("whsec")) || bytes.Equal(sealed, b.Seal("whsec_1", "acme/we_1")) {
		t.Errorf("%q", sealed)
	}
	if got, err := box(t, key).Open(sealed, "acme/we_1"); err != nil || got != "whsec_1" {
		t.Errorf("%q %v", got, err)
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1]++
	for name, open := range map[string]func() (string, error){
		"another key":         func() (string, error) { return box(t, key+"k").Open(sealed, "acme/we_1") },
		"about another thing": func() (string, error) { return b.Open(sealed, "other/we_1") },
		"changed":             func() (string, error) { return b.Open(broken, "acme/we_1") },
		"cut off":             func() (string, error) { return b.Open(sealed[:5], "acme/we_1") },
		"nothing":             func() (string, error) { return b.Open(nil, "acme/we_1") },
	} {
		if got, err := open(); err == nil || got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if _, err := seal.New(strings.Repeat("k", seal.MinKey-1)); err == nil {
		t.Error("a short key is taken")
	}
}
