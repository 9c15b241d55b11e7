package gate_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/breaker"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
)

// One entity that fails in every replica says as much as one that fails in one.
func TestAnEntityCountsOnceAcrossReplicas(t *testing.T) {
	for name, row := range map[string]struct {
		entity func(replica int) string
		want   breaker.State
	}{
		"the same entity everywhere": {func(int) string { return "1" }, breaker.Closed},
		"another one in each":        {func(r int) string { return fmt.Sprint(r) }, breaker.Open},
	} {
		t.Run(name, func(t *testing.T) {
			db := database(t)
			v := &vendor{}
			v.ill.Store(true)
			for r := range 4 {
				k := keeper(t, db, gate.Config{Breaker: breaker.Config{MinCalls: 4}})
				ctx, stop := context.WithCancel(t.Context())
				var running sync.WaitGroup
				running.Go(func() { _ = k.Run(ctx, v) })
				for range 3 {
					report(k, fault.Unavailable, row.entity(r))
				}
				stop() // what was reported is written before it ends
				running.Wait()
			}
			if is := seen(t, db); is.State != row.want || row.want == breaker.Closed && (is.Calls != 1 || is.Failures != 1) {
				t.Errorf("state %v, %d of %d calls failed; want %v, one entity as one call", is.State, is.Failures, is.Calls, row.want)
			}
		})
	}
}

// A breaker that opens is open everywhere within a second, without any news of it.
func TestItOpensEverywhereWithinASecond(t *testing.T) {
	db, v := database(t), &vendor{}
	v.ill.Store(true)
	c := gate.Config{Breaker: breaker.Config{MinCalls: 4, Cooldown: time.Minute}}
	replicas := []*gate.Keeper{replica(t, db, c, v), replica(t, db, c, v), replica(t, db, c, v)}
	began := time.Now()
	for i := range 4 {
		report(replicas[0], fault.Unavailable, fmt.Sprint(i))
	}
	for _, k := range replicas {
		eventually(t, "it is open", func() bool { return !passes(k, "acme") })
	}
	took := time.Since(began)
	t.Logf("%v from the last failure", took)
	if took > 1500*time.Millisecond { // 0.2 s until it is written, 0.5 s until it is read, and a busy machine
		t.Errorf("it took %v", took)
	}
}

// Whoever holds one connection's row, for however long, keeps no other connection's breaker from opening.
func TestAStuckRowHarmsNobodyElse(t *testing.T) {
	db, v := database(t), &vendor{}
	v.ill.Store(true)
	k := replica(t, db, gate.Config{Breaker: breaker.Config{MinCalls: 4, Cooldown: time.Minute}}, v)
	report(k, fault.Unavailable, "1")
	eventually(t, "there is a row", func() bool { return seen(t, db).Failures == 1 })
	tx, err := db.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `select from gate where connection = 'acme' for update`); err != nil {
		t.Fatal(err)
	}
	report(k, fault.Unavailable, "2") // waits for the row
	for i := range 4 {
		reportOf(k, "other", fault.Unavailable, fmt.Sprint(i))
	}
	eventually(t, "the other's opens", func() bool { return !passes(k, "other") })
	if !passes(k, "acme") {
		t.Error("the stuck one's is open")
	}
}
