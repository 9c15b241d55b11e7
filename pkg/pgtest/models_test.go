package pgtest_test

import (
	"testing"
	"testing/fstest"

	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
)

func TestEachTestHasTheTablesOfItsMigrationsAndNobodysRows(t *testing.T) {
	series := func(table string) pg.Series {
		return pg.Series{Table: "version", Files: fstest.MapFS{"001_a.sql": {Data: []byte("create table " + table + " (id int)")}}}
	}
	one := connect(t, pgtest.Migrated(t, series("thing")))
	if _, err := one.Exec(t.Context(), "insert into thing values (1)"); err != nil {
		t.Fatal(err)
	}
	if exists(t, connect(t, pgtest.Migrated(t, series("thing"))), "select from thing") {
		t.Error("a row of one test is in another's database")
	}
	other := connect(t, pgtest.Migrated(t, series("other")))
	if exists(t, other, "select from pg_class where relname = 'thing'") || !exists(t, other, "select from pg_class where relname = 'other'") {
		t.Error("other migrations made the same tables")
	}
}
