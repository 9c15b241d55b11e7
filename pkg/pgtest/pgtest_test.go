package pgtest_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	one, other := connect(t, pgtest.Database(t)), connect(t, pgtest.Database(t))
	if _, err := one.Exec(t.Context(), "create table thing (id int)"); err != nil {
		t.Fatal(err)
	}
	if exists(t, other, "select from pg_class where relname = 'thing'") {
		t.Error("a table made in one test's database is in another's")
	}
}

func TestADatabaseIsDroppedWithItsTestEvenWhileSomebodyIsConnected(t *testing.T) {
	var url string
	t.Run("inner", func(t *testing.T) {
		url = pgtest.Database(t)
		if _, err := pgx.Connect(t.Context(), url); err != nil { // and never closed
			t.Fatal(err)
		}
	})
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	if exists(t, connect(t, pgtest.Server(t)), "select from pg_database where datname = '"+cfg.Database+"'") {
		t.Error("the database outlived its test")
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) }) //nolint:usetesting // closing needs no live context
	return conn
}

func exists(t *testing.T, conn *pgx.Conn, query string) bool {
	t.Helper()
	var found bool
	if err := conn.QueryRow(t.Context(), "select exists ("+query+")").Scan(&found); err != nil {
		t.Fatal(err)
	}
	return found
}
