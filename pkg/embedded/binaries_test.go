package embedded_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

func TestANamedBinariesFolderIsChecked(t *testing.T) {
	const current, old = "echo 'postgres (PostgreSQL) 17.2'", "echo 'postgres (PostgreSQL) 13.9'"
	for name, c := range map[string]struct {
		programs map[string]string
		want     string // part of the error; empty: found
	}{
		"server and initdb side by side": {map[string]string{"postgres": current, "initdb": ""}, ""},
		"a wrapper without initdb":       {map[string]string{"postgres": current}, "no initdb"},
		"initdb without a server":        {map[string]string{"initdb": ""}, "ask"},
		"too old":                        {map[string]string{"postgres": old, "initdb": ""}, "want 15 or newer"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("PG_BIN", dir)
			for program, script := range c.programs {
				write(t, filepath.Join(dir, program), "#!/bin/sh\n"+script+"\n")
			}
			got, err := embedded.FindPostgres(t.Context())
			if c.want == "" && (err != nil || got != dir) {
				t.Errorf("got %q, %v, want %q", got, err, dir)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestAWrapperOnPathIsPassedOver(t *testing.T) {
	want, err := embedded.FindPostgres(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "pg_config"), "#!/bin/sh\necho "+dir+"\n")
	write(t, filepath.Join(dir, "postgres"), "#!/bin/sh\nexec "+filepath.Join(want, "postgres")+" \"$@\"\n")
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	if got, err := embedded.FindPostgres(t.Context()); err != nil || got == dir {
		t.Errorf("got %q, %v, want a folder with initdb", got, err)
	}
}

func write(t *testing.T, path, script string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
}
