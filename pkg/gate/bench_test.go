package gate_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/pg"
	"github.com/breakwater-acl/breakwater/pkg/pgtest"
	"github.com/breakwater-acl/breakwater/pkg/schema"
)

// What a claim pays for asking the gate, beside a transaction of its own.
func BenchmarkTake(b *testing.B) {
	url := pgtest.Database(b)
	if _, err := pg.Migrate(b.Context(), url, pg.Series{Table: "kernel_version", Files: pg.Sub(schema.Kernel, "migrations")}); err != nil {
		b.Fatal(err)
	}
	db, err := pg.Open(b.Context(), url, pg.Config{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	plenty := budget.Limit{Calls: 1 << 30, Window: time.Hour}
	for name, c := range map[string]gate.Config{"without a limit": {}, "one limit": limited(plenty)} {
		k := gate.New(db, map[string]gate.Config{"acme": c}, slog.New(slog.DiscardHandler))
		ctx, stop := context.WithCancel(b.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = k.Run(ctx, &vendor{}) })
		for how, take := range map[string]bool{"transaction alone": false, "with the gate": true} {
			b.Run(name+"/"+how, func(b *testing.B) {
				for b.Loop() {
					err := pg.InTx(context.Background(), db, func(tx pgx.Tx) error {
						if !take {
							return nil
						}
						_, err := k.Take(context.Background(), tx, "acme", gate.Ask{Class: budget.Write, Calls: 1})
						return err
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		stop()
		running.Wait()
	}
}

// The arithmetic alone.
func BenchmarkAccount(b *testing.B) {
	terms := budget.Terms{Limits: []budget.Limit{{Calls: 300, Window: 5 * time.Minute}, {Calls: 10_000, Window: 720 * time.Hour, Reads: true}}}
	a, now := &budget.Account{}, time.Now()
	for b.Loop() {
		now = now.Add(time.Millisecond)
		a.Take(terms, budget.Fetch, 1, now)
	}
}
