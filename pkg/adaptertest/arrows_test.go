package adaptertest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	root = "github.com/breakwater-acl/breakwater/"
	tin  = root + "services/tin-adapter"
)

func TestArrows(t *testing.T) {
	t.Setenv("GOWORK", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	for name, row := range map[string]struct {
		folder, imports string
		want            string // part of what is said; empty: nothing is
	}{
		"api imports store":               {"internal/api", tin + "/internal/store", ""},
		"translate imports the vendor":    {"internal/translate", tin + "/internal/tin", ""},
		"sim stands on the kit":           {"sim", root + "pkg/vendorsim", ""},
		"the command imports every room":  {".", tin + "/internal/tin", ""},
		"hook reads headers":              {"internal/hook", "net/http", ""},
		"api spells the vendor's name":    {"internal/api", tin + "/internal/tin", "internal/api imports " + tin + "/internal/tin"},
		"api calls over HTTP":             {"internal/api", "net/http", "internal/api imports net/http"},
		"api calls through the kernel":    {"internal/api", root + "pkg/upstream", "internal/api imports"},
		"translate reads a file":          {"internal/translate", "os", "internal/translate imports os"},
		"translate asks a database":       {"internal/translate", "github.com/jackc/pgx/v5/pgxpool", "internal/translate imports"},
		"translate below calls over HTTP": {"internal/translate/deeper", "net/http/httptest", "internal/translate/deeper imports"},
		"the vendor knows a room":         {"internal/tin", tin + "/internal/translate", "that room is not its"},
		"the vendor knows the mirror":     {"internal/tin", root + "pkg/mirror", "this room has no use for it"},
		"a service imports another":       {"internal/job", root + "services/halo-adapter/sim", "an adapter knows no other"},
		"the simulator knows the adapter": {"sim", tin + "/internal/tin", "that room is not its"},
		"the adapter knows its simulator": {".", tin + "/sim", "that room is not its"},
		"the adapter stands on the kit":   {"internal/sweep", root + "pkg/vendorsim", "only tests and simulators stand on it"},
		"the example knows a room":        {"example", tin + "/internal/store", "that room is not its"},
		"a room that no other has":        {"internal/util", "strings", "internal/util is no room"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "go.mod", "module "+tin+"\n\ngo 1.26.0\n")
			for _, room := range []string{".", "internal/store", "internal/tin", "sim"} {
				write(t, dir, filepath.Join(room, "room.go"), "package main\n")
			}
			write(t, dir, filepath.Join(row.folder, "imports.go"), "package main\n\nimport _ \""+row.imports+"\"\n")
			wrong, err := arrows(t.Context(), dir, "tin")
			if err != nil {
				t.Fatal(err)
			}
			if row.want == "" && len(wrong) > 0 || row.want != "" && !slices.ContainsFunc(wrong, func(w string) bool { return strings.Contains(w, row.want) }) {
				t.Errorf("got %q, want %q", wrong, row.want)
			}
		})
	}
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	at := filepath.Join(dir, name)
	must(t, os.MkdirAll(filepath.Dir(at), 0o700))
	must(t, os.WriteFile(at, []byte(text), 0o600))
}
