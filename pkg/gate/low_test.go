package gate_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Whoever takes a call, or is refused one, learns how much all replicas have used; and that there is enough again.
func TestABudgetThatRunsLowIsSaidSo(t *testing.T) {
	db := database(t)
	c := gate.Config{Budget: budget.Terms{Limits: []budget.Limit{{Calls: 10, Window: time.Hour, Share: 1, Burst: 10, Reads: true, Low: 0.7}}}}
	one, other := replica(t, db, c, &vendor{}), replica(t, db, c, &vendor{})
	take := func(k *gate.Keeper, n int) {
		t.Helper()
		if err := pg.InTx(t.Context(), db, func(tx pgx.Tx) error {
			_, err := k.Take(t.Context(), tx, "acme", gate.Ask{Class: budget.Fetch, Calls: n})
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	take(one, 3)
	if one.Scarce("acme") {
		t.Error("three of ten are used, and that is called little left")
	}
	take(one, 5)
	if !one.Scarce("acme") || one.Scarce("other") {
		t.Errorf("eight of ten are used: %v; another connection: %v", one.Scarce("acme"), one.Scarce("other"))
	}
	eventually(t, "a replica that takes no calls learns of it", func() bool { return other.Scarce("acme") })
	if _, err := db.Exec(t.Context(), `update gate set budget = '{}'`); err != nil { // a month later
		t.Fatal(err)
	}
	if take(one, 1); one.Scarce("acme") {
		t.Error("there is enough, and nobody learns of it")
	}
}
