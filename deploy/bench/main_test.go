package main

import (
	"slices"
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

func TestPartsAreMeasuredInTheirOwnOrder(t *testing.T) {
	all := strings.Split(partNames(), ", ")
	for name, row := range map[string]struct{ asked, want []string }{
		"all of them":               {nil, all},
		"those that are named":      {[]string{"drain", "accept"}, []string{"accept", "drain"}},
		"one that is named doubled": {[]string{"hooks", "hooks"}, []string{"hooks"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (runCommand{Parts: row.asked}).names(); !slices.Equal(got, row.want) {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func TestASizeIsTheOneAskedFor(t *testing.T) {
	for name, row := range map[string]struct {
		of   runCommand
		want int
	}{
		"as usual":                     {runCommand{}, 20_000},
		"in full":                      {runCommand{Full: true}, 1_000_000},
		"only to see whether it works": {runCommand{Quick: true, Full: true}, 2_000},
	} {
		t.Run(name, func(t *testing.T) {
			if got := row.of.size(20_000, 1_000_000); got != row.want {
				t.Errorf("got %d, want %d", got, row.want)
			}
		})
	}
}
