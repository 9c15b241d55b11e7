package adaptertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// Arrows checks, in the folder of an adapter's module, that each of its rooms imports only what it may: api cannot spell the
// vendor's name, translate does no I/O, nothing imports another service or, but for the simulator, what only tests stand on.
// The vendor's own room is internal/{vendor}.
func Arrows(t testing.TB, vendor string) {
	t.Helper()
	wrong, err := arrows(t.Context(), ".", vendor)
	must(t, err)
	for _, w := range wrong {
		t.Error(w)
	}
}

// room is what the packages of one folder of an adapter may import.
type room struct {
	own   []string // rooms of the adapter
	never []string // packages, and what is below them
}

// pure are packages that what does no I/O has no use for.
func pure() []string {
	return []string{
		"net/http", "net/rpc", "net/smtp", "os", "io/fs", "io/ioutil", "database/sql", "math/rand", "crypto/rand", "log", "log/slog",
		"syscall", "google.golang.org/grpc", "github.com/jackc/pgx", "github.com/nats-io",
	}
}

// rooms are an adapter's rooms; a folder that is none of them is no room.
func rooms(vendor, pkg string) map[string]room {
	calls := []string{pkg + "upstream", pkg + "gate", pkg + "token", pkg + "journal"}
	keeps := []string{pkg + "pg", pkg + "mirror", pkg + "job", pkg + "delivery", pkg + "sweep", "github.com/jackc/pgx"}
	return map[string]room{
		"":                   {own: []string{"internal"}},
		"internal/store":     {never: slices.Concat(calls, []string{"net/http", pkg + "job", pkg + "sweep", pkg + "delivery"})},
		"internal/translate": {own: []string{"internal/" + vendor}, never: slices.Concat(pure(), calls, []string{pkg + "pg"})},
		"internal/api":       {own: []string{"internal/store"}, never: slices.Concat(calls, []string{"net/http", pkg + "sweep", pkg + "delivery"})},
		"internal/hook":      {own: []string{"internal/" + vendor, "internal/translate"}, never: calls},
		"internal/sweep":     {own: []string{"internal/" + vendor, "internal/translate"}},
		"internal/job":       {own: []string{"internal/" + vendor, "internal/translate"}},
		"internal/doctor":    {own: []string{"internal/" + vendor, "internal/sweep"}, never: []string{pkg + "pg", pkg + "job", pkg + "delivery", "github.com/jackc/pgx"}},
		"internal/" + vendor: {own: []string{"internal/" + vendor}, never: keeps},
		"sim":                {own: []string{"sim"}},
		"example":            {}, // a caller: it knows the contract, and nothing of the adapter
	}
}

// listed is a package as go list tells of it.
type listed struct {
	ImportPath string
	Imports    []string
	Module     struct{ Path string }
}

func arrows(ctx context.Context, dir, vendor string) ([]string, error) {
	packages, err := list(ctx, dir)
	if err != nil {
		return nil, err
	}
	var wrong []string
	for _, p := range packages {
		at := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/")
		services := path.Dir(p.Module.Path) + "/"
		pkg := path.Dir(path.Dir(p.Module.Path)) + "/pkg/"
		name, r, ok := roomOf(at, rooms(vendor, pkg))
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%s is no room: an adapter has the same rooms as the others", at))
			continue
		}
		for _, i := range p.Imports {
			if why := r.forbids(name, i, p.Module.Path, services, pkg); why != "" {
				wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", orRoot(at), i, why))
			}
		}
	}
	return wrong, nil
}

func list(ctx context.Context, dir string) (all []listed, err error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-json=ImportPath,Imports,Module", "./...")
	cmd.Dir = dir
	var told bytes.Buffer
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, told.Bytes())
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read what go list said: %w", err)
		}
		all = append(all, p)
	}
}

// roomOf is the room that a folder is in, or below.
func roomOf(at string, all map[string]room) (string, room, bool) {
	for name, r := range all {
		if at == name || name != "" && below(at, name) {
			return name, r, true
		}
	}
	return "", room{}, false
}

// forbids says why a room may not import a package; nothing if it may.
func (r room) forbids(name, imported, module, services, pkg string) string {
	if own, ok := strings.CutPrefix(imported, module+"/"); ok {
		if slices.ContainsFunc(r.own, func(room string) bool { return below(own, room) }) {
			return ""
		}
		return "that room is not its"
	}
	switch {
	case strings.HasPrefix(imported, services):
		return "an adapter knows no other"
	case slices.ContainsFunc(r.never, func(p string) bool { return below(imported, p) }):
		return "this room has no use for it"
	case name != "sim" && strings.HasPrefix(imported, pkg) && slices.Contains(kitOnly(), strings.TrimPrefix(imported, pkg)):
		return "only tests and simulators stand on it"
	}
	return ""
}

// kitOnly are the packages of pkg for tests and simulators.
func kitOnly() []string { return []string{"adaptertest", "bustest", "embedded", "pgtest", "vendorsim"} }

// below reports a package, or one in its folder.
func below(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

func orRoot(at string) string {
	if at == "" {
		return "the command"
	}
	return at
}
