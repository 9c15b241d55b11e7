package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/config"
)

type knobs struct {
	Common `yaml:",inline"`

	URL   string        `yaml:"url" validate:"required,url"`
	Pause time.Duration `yaml:"pause" validate:"gte=0"`
	List  []item        `yaml:"list" validate:"dive"`
}

// Common is keys that several structs have.
type Common struct {
	Secret string `yaml:"secret" validate:"omitempty,min=5"`
}

type item struct {
	Common `yaml:",inline"`

	Name string `yaml:"name" validate:"required"`
}

func env(name string) (string, bool) { return "s3cret", name == "SECRET" }

func TestABrokenConfigurationNamesTheKeyAndWhatItExpects(t *testing.T) {
	for name, row := range map[string]struct{ yaml, want string }{
		"a missing key":            {"pause: 1s", "url: is missing"},
		"no URL":                   {"url: acme", "url: expects a URL"},
		"an unknown key":           {"url: http://a\nurll: x", `unknown field "urll"`},
		"a wrong type":             {"url: http://a\npause: soon", "soon"},
		"a nested key":             {"url: http://a\nlist: [{name: ''}]", "list[0].name: is missing"},
		"a variable that is unset": {"url: ${NOPE}", "set NOPE in the environment"},
		"an inlined key":           {"url: http://a\nsecret: 1234", "secret: expects at least 5"},
		"a nested, inlined key":    {"url: http://a\nlist: [{name: a, secret: 1234}]", "list[0].secret: expects at least 5"},
		"a negative duration":      {"url: http://a\npause: -1s", "pause: expects at least 0"},
	} {
		t.Run(name, func(t *testing.T) {
			err := config.Parse([]byte(row.yaml), env, &knobs{})
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "Common") {
				t.Errorf("error %v, want one that says %q", err, row.want)
			}
		})
	}
}

func TestDefaultsStandAndSecretsComeFromTheEnvironment(t *testing.T) {
	k := knobs{Pause: time.Minute}
	if err := config.Parse([]byte("url: http://${SECRET}"), env, &k); err != nil {
		t.Fatal(err)
	}
	if k.URL != "http://s3cret" || k.Pause != time.Minute {
		t.Errorf("got %+v", k)
	}
}

func TestAnErrorShowsNoSecretThatStandsBesideIt(t *testing.T) {
	err := config.Parse([]byte("url: http://a\nsecret: ${SECRET}\nurll: x"), env, &knobs{})
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
