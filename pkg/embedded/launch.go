package embedded

import (
	"context"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/embedded/leash"
)

const (
	readyPoll  = 20 * time.Millisecond // between two looks at a starting server
	orphanWait = 10 * time.Second      // for backends that outlive a killed server
)

// launch starts one process and waits until it answers.
func (p *Postgres) launch(ctx context.Context) error {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(p.bin, "postgres"), p.arguments()...) //nolint:gosec // a path the user installed or named
	p.log = &tail{next: p.cfg.Log}
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.folder.path, environment(), p.owner.attributes()
	cmd.Stdout, cmd.Stderr = p.log, p.log
	cmd.WaitDelay = orphanWait
	proc, err := leash.Start(cmd, shutdownFast)
	if err != nil {
		return err
	}
	p.proc = proc
	return p.awaitReady(ctx)
}

func (p *Postgres) arguments() []string {
	settings := map[string]string{
		"listen_addresses":        "",
		"max_connections":         "200",
		"port":                    strconv.Itoa(p.port()),
		"unix_socket_directories": p.sockets.path,
	}
	if p.cfg.Port != 0 {
		settings["listen_addresses"] = "127.0.0.1"
	}
	maps.Copy(settings, p.cfg.Settings)
	args := []string{"-D", filepath.Join(p.folder.path, "data")}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}

func (p *Postgres) port() int {
	if p.cfg.Port != 0 {
		return p.cfg.Port
	}
	return socketPort
}

func (p *Postgres) awaitReady(ctx context.Context) error {
	for {
		conn, err := pgx.Connect(ctx, p.URL(superuser))
		if err == nil {
			return conn.Close(ctx)
		}
		if ctx.Err() != nil {
			p.proc.Kill()
			return fmt.Errorf("postgres did not answer in time: %w: %s", err, p.log)
		}
		select {
		case <-p.proc.Done():
			return fmt.Errorf("postgres ended while starting: %w: %s", p.proc.Err(), p.log)
		default:
			pause(ctx)
		}
	}
}

// pause waits a moment, or until ctx ends.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(readyPoll):
	}
}
