package main

import (
	"strings"
	"testing"
)

func TestWhatMakesNoMedianIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ arg, want string }{
		"two rounds":      {"--rounds=2", "--rounds=2: expects at least 3"},
		"no time at all":  {"--seconds=0", "--seconds=0: expects 0.1 to 60"},
		"not a number":    {"--seconds=NaN", "expects 0.1 to 60"},
		"no such part":    {"--parts=drain,nap", `there is no part "nap"; there are reads, large, accept, drain`},
		"an unknown flag": {"--round=3", "unknown flag --round"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := run(t.Context(), []string{c.arg}, t.Output()); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
}

func TestWithoutBinariesItSaysWhatToRun(t *testing.T) {
	err := run(t.Context(), []string{"--bin", t.TempDir()}, t.Output())
	if err == nil || !strings.Contains(err.Error(), "make build") {
		t.Errorf("got %v, want to be told of make build", err)
	}
}
