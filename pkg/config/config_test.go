package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/config"
)

type knobs struct {
	URL   string        `yaml:"url" validate:"required,url"`
	Pause time.Duration `yaml:"pause" validate:"gte=0"`
	List  []item        `yaml:"list" validate:"dive"`
}

type item struct {
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
		"a negative duration":      {"url: http://a\npause: -1s", "pause: expects at least 0"},
	} {
		t.Run(name, func(t *testing.T) {
			err := config.Parse([]byte(row.yaml), env, &knobs{})
			if err == nil || !strings.Contains(err.Error(), row.want) {
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
