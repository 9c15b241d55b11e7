package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldest is the first major version of Postgres that Breakwater is tested with.
const oldest = 15

var errNoPostgres = errors.New("no PostgreSQL server found: install PostgreSQL 15 or newer (Debian: apt-get install postgresql)")

// FindPostgres is the folder that holds initdb and postgres: the one named by PG_BIN, else the first usable one among
// pg_config's, the distribution's (newest first) and PATH's. Its error is a sentence that says what to install.
func FindPostgres(ctx context.Context) (string, error) {
	if dir := os.Getenv("PG_BIN"); dir != "" {
		if err := usable(ctx, dir); err != nil {
			return "", fmt.Errorf("PG_BIN: %w", err)
		}
		return dir, nil
	}
	for _, dir := range candidates(ctx) {
		if usable(ctx, dir) == nil {
			return dir, nil
		}
	}
	return "", errNoPostgres
}

// candidates are folders worth a look, best first. pg_config may be a wrapper without a server, so nothing is believed yet.
func candidates(ctx context.Context) []string {
	var dirs []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	dirs = append(dirs, installed()...)
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			path = real // Debian's links in /usr/local/bin have no initdb beside their target's name
		}
		dirs = append(dirs, filepath.Dir(path))
	}
	return dirs
}

// installed are the places where packages put the server, newest version first.
func installed() []string {
	var dirs []string
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/usr/libexec/postgresql*",
	} {
		found, _ := filepath.Glob(pattern) // its only error is a bad pattern
		dirs = append(dirs, found...)
	}
	slices.SortStableFunc(dirs, func(a, b string) int { return major(b) - major(a) })
	return dirs
}

// major is the first number in s; 0 if there is none.
func major(s string) int {
	n, _ := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(s)) // no digits: 0
	return n
}

// usable says why dir cannot serve: a server without initdb beside it, or one that is too old.
func usable(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil { //nolint:gosec // as below
		return fmt.Errorf("no initdb in %s", dir)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output() //nolint:gosec // a path the user installed or named
	if err != nil {
		return fmt.Errorf("ask %s/postgres for its version: %w", dir, err)
	}
	if v := major(string(out)); v < oldest {
		return fmt.Errorf("%s holds PostgreSQL %d, want %d or newer", dir, v, oldest)
	}
	return nil
}
