// Package pgtest answers where a test's database comes from: one Postgres per test binary, one fresh database per test.
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
//
// The server is started by the first test that asks, and ends with the test binary however that ends. With DATABASE_URL set
// no server is started: databases are made, and dropped, on that one.
package pgtest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/embedded"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// patience bounds starting, dropping and stopping on a busy machine.
const patience = time.Minute

// current is the running test binary's server, which Main alone sets.
var current atomic.Pointer[server] //nolint:gochecknoglobals // TestMain has no other way to hand a value to tests

// server is one Postgres, started when first asked for.
type server struct {
	start func() (string, error) // the URL of its maintenance database
	own   *embedded.Postgres     // nil before start, and when somebody else's is used

	models models
}

// Main runs the tests of m and stops the server that they started. Call it from TestMain.
func Main(m *testing.M) {
	s := &server{}
	s.start = sync.OnceValues(s.url)
	current.Store(s)
	defer s.stop()
	m.Run()
}

func (s *server) url() (string, error) {
	if given := os.Getenv("DATABASE_URL"); given != "" {
		return given, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	own, err := embedded.StartPostgres(ctx, embedded.PostgresConfig{Settings: map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
		"max_connections": "500", // many adapters at a time, with their pools
	}})
	if err != nil {
		return "", err
	}
	s.own = own
	return own.URL("postgres"), nil
}

func (s *server) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if s.own != nil {
		_ = s.own.Stop(ctx) // killed instead: nothing in it is needed any more
		return
	}
	s.models.drop(ctx)
}

// Server is the URL of a database on the test binary's server in which databases can be made.
func Server(t testing.TB) string {
	t.Helper()
	s := current.Load()
	if s == nil {
		t.Fatal("add to this package's tests: func TestMain(m *testing.M) { pgtest.Main(m) }")
	}
	url, err := s.start()
	if err != nil {
		t.Fatalf("start Postgres: %v", err)
	}
	return url
}

// Database is the URL of a new, empty database, dropped when t ends.
func Database(t testing.TB) string {
	t.Helper()
	return like(t, "template1")
}

// Migrated is the URL of a new database with the tables of these series, dropped when t ends. The migrations run once in a test binary:
// what they made is copied.
func Migrated(t testing.TB, series ...pg.Series) string {
	t.Helper()
	admin := Server(t)
	model, err := current.Load().models.of(admin, series)
	if err != nil {
		t.Fatal(err)
	}
	return like(t, model)
}

func newName() string { return "test_" + strings.ToLower(rand.Text()) }

// like is the URL of a new database that is as model is, dropped when t ends.
func like(t testing.TB, model string) string {
	t.Helper()
	admin, name := Server(t), newName()
	url, err := embedded.CopyDatabase(t.Context(), admin, name, model)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := embedded.DropDatabase(ctx, admin, name); err != nil {
			t.Log(err)
		}
	})
	return url
}
