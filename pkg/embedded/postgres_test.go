package embedded_test

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
)

func TestANamedFolderKeepsItsCluster(t *testing.T) {
	dir := folder(t)
	first := start(t, embedded.PostgresConfig{Dir: dir})
	remember(t, first, "kept")
	stop(t, first)

	second := start(t, embedded.PostgresConfig{Dir: dir})
	if got := recall(t, second); got != "kept" {
		t.Errorf("after stop and start: %q, want kept", got)
	}
	if _, err := embedded.StartPostgres(t.Context(), embedded.PostgresConfig{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("a second server on the same folder: %v, want a refusal", err)
	}
}

func TestAKilledServerComesBackWithWhatWasCommitted(t *testing.T) {
	p := start(t, embedded.PostgresConfig{})
	remember(t, p, "committed")
	busy := connect(t, p.URL("postgres")) // a session that is open when the power goes
	p.Kill()
	if err := busy.Ping(t.Context()); err == nil {
		t.Error("a killed server answered")
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := recall(t, p); got != "committed" {
		t.Errorf("after kill and restart: %q, want committed", got)
	}
}

func TestStopRemovesATemporaryFolder(t *testing.T) {
	p := start(t, embedded.PostgresConfig{})
	var dir string
	if err := connect(t, p.URL("postgres")).QueryRow(t.Context(), "show data_directory").Scan(&dir); err != nil {
		t.Fatal(err)
	}
	stop(t, p)
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("%s after stop: %v, want it gone", dir, err)
	}
}

func TestAPathTooLongForASocketStillServes(t *testing.T) {
	dir := filepath.Join(folder(t), strings.Repeat("a-long-name/", 10))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil { //nolint:gosec // the server's user must pass
		t.Fatal(err)
	}
	remember(t, start(t, embedded.PostgresConfig{Dir: dir}), "reached")
}

func TestAPortAsksForThePassword(t *testing.T) {
	p := start(t, embedded.PostgresConfig{Port: freePort(t)})
	connect(t, p.URL("postgres"))
	cfg, err := pgx.ParseConfig(p.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Password = "guessed"
	if _, err := pgx.ConnectConfig(t.Context(), cfg); err == nil {
		t.Error("a wrong password was let in")
	}
}

func TestCreatingADatabaseTwiceIsOne(t *testing.T) {
	p := start(t, embedded.PostgresConfig{})
	for range 2 {
		url, err := p.CreateDatabase(t.Context(), "halo")
		if err != nil {
			t.Fatal(err)
		}
		connect(t, url)
	}
	if err := embedded.DropDatabase(t.Context(), p.URL("postgres"), "halo"); err != nil {
		t.Error(err)
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	_, err := embedded.StartPostgres(t.Context(), embedded.PostgresConfig{Settings: map[string]string{"max_connections": "none"}})
	if err == nil || !strings.Contains(err.Error(), "max_connections") {
		t.Errorf("got %v, want an error that names the setting", err)
	}
}

// folder is a test's folder that the server's user can reach when we are root.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil { //nolint:gosec // passing through, not looking
		t.Fatal(err)
	}
	return filepath.Join(dir, "pg")
}

func start(t *testing.T, cfg embedded.PostgresConfig) *embedded.Postgres {
	t.Helper()
	if cfg.Settings == nil {
		cfg.Settings = map[string]string{"fsync": "off"}
	}
	p, err := embedded.StartPostgres(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, p) })
	return p
}

func stop(t *testing.T, p *embedded.Postgres) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := p.Stop(ctx); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) }) //nolint:usetesting // t's context has ended
	return conn
}

func remember(t *testing.T, p *embedded.Postgres, what string) {
	t.Helper()
	if _, err := connect(t, p.URL("postgres")).Exec(t.Context(), "create table note as select '"+what+"' as text"); err != nil {
		t.Fatal(err)
	}
}

func recall(t *testing.T, p *embedded.Postgres) (what string) {
	t.Helper()
	if err := connect(t, p.URL("postgres")).QueryRow(t.Context(), "select text from note").Scan(&what); err != nil {
		t.Fatal(err)
	}
	return what
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}
