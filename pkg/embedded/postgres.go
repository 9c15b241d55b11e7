// Package embedded answers where Postgres and JetStream come from when nobody provides them: tests, the local stack, the
// benchmarks. Nothing here is for production.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/embedded/leash"
)

const (
	startLimit   = time.Minute    // for a caller without a deadline
	socketPort   = 5432           // names the socket when no port is listened on
	shutdownFast = syscall.SIGINT // Postgres: end sessions, write what is needed, go
)

// PostgresConfig is how a server is started. Its zero value is a durable server in a temporary folder, on a socket only.
type PostgresConfig struct {
	Dir      string            // holds the cluster, made once and re-used; empty: a temporary one, removed at Stop
	Settings map[string]string // Postgres's own, such as fsync
	Log      io.Writer         // the server's log; may be nil
	Port     int               // of a loopback listener besides the socket; 0: none
}

// Postgres is a running server of our own, which does not outlive this process. Its methods may be called from any goroutine.
type Postgres struct {
	cfg     PostgresConfig
	bin     string
	owner   owner
	folder  *folder
	sockets *folder // of the socket: the same folder if its path is short enough

	mu      sync.Mutex
	proc    *leash.Process
	log     *tail
	stopped bool
}

// StartPostgres starts a server and returns when it answers. ctx bounds the start, not the server's life.
func StartPostgres(ctx context.Context, cfg PostgresConfig) (*Postgres, error) {
	ctx, cancel := startContext(ctx)
	defer cancel()
	bin, err := FindPostgres(ctx)
	if err != nil {
		return nil, err
	}
	o, err := serverOwner()
	if err != nil {
		return nil, err
	}
	f, err := openFolder(cfg.Dir, o)
	if err != nil {
		return nil, err
	}
	p := &Postgres{cfg: cfg, bin: bin, owner: o, folder: f, sockets: f}
	if err := p.begin(ctx); err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func startContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, bounded := ctx.Deadline(); bounded {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, startLimit)
}

func (p *Postgres) begin(ctx context.Context) error {
	if err := p.placeSocket(); err != nil {
		return err
	}
	durable := p.cfg.Settings["fsync"] != "off"
	if err := initialize(ctx, p.bin, p.folder, p.owner, durable); err != nil {
		return err
	}
	return p.Restart(ctx)
}

// placeSocket finds the socket a folder with a short path when the cluster's own is too long.
func (p *Postgres) placeSocket() error {
	if socketFits(p.folder.path) {
		return nil
	}
	f, err := openFolder("", p.owner)
	if err != nil {
		return fmt.Errorf("folder for the socket: %w", err)
	}
	p.sockets = f
	return nil
}

// Restart starts the server again after Kill; a running one is stopped first.
func (p *Postgres) Restart(ctx context.Context) error {
	ctx, cancel := startContext(ctx)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return errors.New("postgres was stopped for good")
	}
	if p.proc != nil {
		_ = p.proc.Stop(ctx, shutdownFast) // killed instead of stopped: it recovers
	}
	for {
		err := p.launch(ctx)
		if err == nil || ctx.Err() != nil || !strings.Contains(p.log.String(), "is still in use") {
			return err // nil, or for another reason than backends of a killed server that have not noticed yet
		}
		pause(ctx)
	}
}

// URL leads to the named database: over TCP if the server listens on a port, else over its socket.
func (p *Postgres) URL(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database}
	query := url.Values{"sslmode": {"disable"}}
	if p.cfg.Port == 0 {
		query.Set("host", p.sockets.path)
		query.Set("port", strconv.Itoa(socketPort))
	} else {
		u.User = url.UserPassword(superuser, p.password())
		u.Host = "127.0.0.1:" + strconv.Itoa(p.cfg.Port)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// password is what initialize invented; empty when it cannot be read, and then the server says so.
func (p *Postgres) password() string {
	b, _ := os.ReadFile(filepath.Join(p.folder.path, passwordName))
	return string(b)
}

// CreateDatabase makes the named database unless it exists, and returns its URL.
func (p *Postgres) CreateDatabase(ctx context.Context, name string) (string, error) {
	return CreateDatabase(ctx, p.URL(superuser), name)
}

// Pid is the process id of the server started last.
func (p *Postgres) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.proc.Pid()
}

// Kill ends the server as a power cut would: no checkpoint, no goodbye. Restart brings it back.
func (p *Postgres) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proc.Kill()
}

// Stop ends all sessions and the server, and removes a temporary folder. When ctx ends first, the server is killed, and that
// is the error. The server is then gone for good; a second Stop does nothing.
func (p *Postgres) Stop(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return nil
	}
	p.stopped = true
	return errors.Join(p.proc.Stop(ctx, shutdownFast), p.close())
}

// close gives back what lies on disk.
func (p *Postgres) close() error {
	if p.sockets == p.folder {
		return p.folder.close()
	}
	return errors.Join(p.sockets.close(), p.folder.close())
}
