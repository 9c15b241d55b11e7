package embedded

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
)

const (
	superuser    = "postgres"
	passwordName = "password"
)

// initialize makes a cluster in f unless it holds one. It is made aside and renamed, so that an interrupted one is never
// taken for whole.
func initialize(ctx context.Context, bin string, f *folder, o owner, durable bool) error {
	data, fresh := filepath.Join(f.path, "data"), filepath.Join(f.path, "data.new")
	if _, err := os.Stat(data); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove an unfinished cluster: %w", err)
	}
	if err := writePassword(f.path, o); err != nil {
		return err
	}
	if err := initdb(ctx, bin, fresh, f.path, o, durable); err != nil {
		return err
	}
	return os.Rename(fresh, data)
}

// writePassword invents the superuser's password: needed over TCP, where folder permissions guard nothing.
func writePassword(dir string, o owner) error {
	path := filepath.Join(dir, passwordName)
	err := os.WriteFile(path, []byte(rand.Text()), 0o600)
	if err := errors.Join(err, o.take(path)); err != nil {
		return fmt.Errorf("write the server's password: %w", err)
	}
	return nil
}

func initdb(ctx context.Context, bin, data, dir string, o owner, durable bool) error {
	args := []string{
		"--pgdata", data, "--username", superuser, "--encoding", "UTF8", "--locale", "C",
		"--auth-local", "trust", "--auth-host", "scram-sha-256", "--pwfile", filepath.Join(dir, passwordName),
	}
	if !durable {
		args = append(args, "--no-sync")
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), args...) //nolint:gosec // a path the user installed or named
	cmd.Dir, cmd.Env, cmd.SysProcAttr = dir, environment(), o.attributes()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

// environment keeps what programs need and drops the PG… variables that would redirect them.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
}
