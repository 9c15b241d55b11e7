package delivery_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// post makes calls side by side and returns how many were answered with each status.
func (r *rig) post(bodies ...string) map[int]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	answered := map[int]int{}
	for _, body := range bodies {
		all.Go(func() {
			status := r.call("/webhooks/acme/"+path, body, "yes")
			mu.Lock()
			defer mu.Unlock()
			answered[status]++
		})
	}
	all.Wait()
	return answered
}

func TestCallsThatComeTogetherAreEachRecorded(t *testing.T) {
	r := start(t)
	var bodies []string
	for i := range 300 { // of 10 tickets, each call sent three times
		bodies = append(bodies, fmt.Sprintf(`{"id":"%d","key":"%d"}`, i%10, i%100))
	}
	bodies = append(bodies, `{"key":"of nothing that we keep"}`)
	if got := r.post(bodies...); got[200] != len(bodies) {
		t.Errorf("answered %v, want 200 to all %d", got, len(bodies))
	}
	if n := r.count(t, "select count(*) from delivery"); n != 101 {
		t.Errorf("%d deliveries, want 101", n)
	}
	if n := r.count(t, "select count(*) from job where class = 1"); n != 10 {
		t.Errorf("%d fetches, want one for each ticket", n)
	}
	if n := r.count(t, "select count(*) from delivery where outcome = 'ignored'"); n != 1 {
		t.Errorf("%d are ignored, want one", n)
	}
}

// A hint waits where looks do, and is left to the feed that tells more of the same.
func TestHintsWaitOrAreLeftToAFeedWhileTheBudgetRunsLow(t *testing.T) {
	for name, row := range map[string]struct {
		body           string
		scarce         bool
		prepare        func(*rig, *testing.T)
		outcome        string
		prompt, queued int
	}{
		"there is enough":                      {`{"id":"1","key":"a"}`, false, nil, "fetch", 1, 1},
		"there is enough, and a feed tells it": {`{"id":"1","key":"a","fed":true}`, false, nil, "fetch", 1, 1},
		"it runs low":                          {`{"id":"1","key":"a"}`, true, nil, "fetch", 0, 1},
		"it runs low, and a feed tells it":     {`{"id":"1","key":"a","fed":true}`, true, nil, "ignored", 0, 0},
		"it runs low, and a state came along":  {`{"id":"1","key":"a","fed":true,"summary":"s","at":100}`, true, nil, "applied", 0, 0},
		"it runs low, and the feed was not read lately": {`{"id":"1","key":"a","fed":true}`, true, func(r *rig, _ *testing.T) {
			r.receiver.Fed = func(string, string) bool { return false }
		}, "fetch", 0, 1},
		"it runs low, and a state came along for a row that somebody holds": {`{"id":"1","key":"a","summary":"s","at":100}`, true, func(r *rig, t *testing.T) {
			t.Helper()
			r.Learn(t, "acme", "1", "before")
			r.impatient(t)
			held, err := r.DB.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = held.Rollback(context.Background()) })
			if _, err := held.Exec(t.Context(), `select from ticket for update`); err != nil {
				t.Fatal(err)
			}
		}, "fetch", 1, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			if row.scarce {
				r.Mirror.Patience = func(connection string) time.Duration { return map[string]time.Duration{"acme": time.Hour}[connection] }
			}
			if row.prepare != nil {
				row.prepare(r, t)
			}
			for range 3 {
				if got := r.post(row.body); got[200] != 1 {
					t.Errorf("answered %v", got)
				}
			}
			if n := r.count(t, "select count(*) from delivery where outcome = $1", row.outcome); n != 1 {
				t.Errorf("%d deliveries are %s", n, row.outcome)
			}
			if n := r.count(t, "select count(*) from job where class = 1"); n != row.queued {
				t.Errorf("%d looks, want %d", n, row.queued)
			}
			if n := r.count(t, "select count(*) from job where class = 1 and runnable_at <= now()"); n != row.prompt {
				t.Errorf("%d looks may be made at once, want %d", n, row.prompt)
			}
		})
	}
}

// impatient makes the receiver wait for no lock for long, as the service's connections do.
func (r *rig) impatient(t *testing.T) {
	t.Helper()
	c := r.DB.Config()
	c.ConnConfig.RuntimeParams["lock_timeout"] = "100ms"
	db, err := pgxpool.NewWithConfig(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	r.through(db)
}

// Promise 7: an entity that somebody holds is in nobody else's way.
func TestACallThatCannotBeRecordedKeepsNoOtherFromIt(t *testing.T) {
	r := start(t)
	db, err := pg.Open(t.Context(), r.DB.Config().ConnString(), pg.Config{LockTimeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r.through(db)
	r.post(`{"id":"1","key":"a"}`)
	held, err := r.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback(context.Background()) }()
	if _, err := held.Exec(t.Context(), "select 1 from job where vendor_id = '1' for update"); err != nil {
		t.Fatal(err)
	}
	got := r.post(`{"id":"2","key":"b"}`, `{"id":"1","key":"c"}`, `{"id":"3","key":"d"}`, `{"id":"1","key":"e"}`, `{"id":"4","key":"f"}`)
	if got[200] != 3 || got[503] != 2 {
		t.Errorf("answered %v, want 200 three times, and 503 to those of the ticket that is held", got)
	}
	if n := r.count(t, "select count(*) from delivery"); n != 4 {
		t.Errorf("%d deliveries, want those that were answered 200", n)
	}
}

// Promise 5: of the states that are told in any order, and twice, the newest stays; they share transactions.
func TestStatesThatComeTogetherAreEachApplied(t *testing.T) {
	r := start(t)
	var bodies []string
	for i := range 200 { // of 20 tickets, ten states each, each sent twice
		body := fmt.Sprintf(`{"id":"%d","key":"%d","summary":"state %d","at":%d}`, i%20, i, i/20, 1_700_000_000+10*i)
		bodies = append(bodies, body, body)
	}
	rand.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
	if got := r.post(bodies...); got[200] != len(bodies) {
		t.Errorf("answered %v, want 200 to all %d", got, len(bodies))
	}
	if n := r.count(t, "select count(*) from delivery where outcome = 'applied'"); n != 200 {
		t.Errorf("%d deliveries, want each once", n)
	}
	if n := r.count(t, "select count(*) from ticket where summary = 'state 9'"); n != 20 {
		t.Errorf("%d tickets are in their newest state, want 20", n)
	}
}

// Promise 7, for states: that of an entity that somebody holds is recorded with a look instead, and keeps no other waiting.
func TestAStateThatCannotBeAppliedKeepsNoOtherFromIt(t *testing.T) {
	r := start(t)
	db, err := pg.Open(t.Context(), r.DB.Config().ConnString(), pg.Config{LockTimeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r.through(db)
	body := func(id, key string, at int) string {
		return fmt.Sprintf(`{"id":%q,"key":%q,"summary":"told","at":%d}`, id, key, 1_700_000_000+at)
	}
	r.post(`{"id":"1","key":"a","summary":"first","at":1700000000}`)
	held, err := r.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback(context.Background()) }()
	if _, err := held.Exec(t.Context(), "select 1 from ticket where vendor_id = '1' for update"); err != nil {
		t.Fatal(err)
	}
	if got := r.post(body("2", "b", 10), body("1", "c", 10), body("3", "d", 10), body("1", "e", 20), body("4", "f", 10)); got[200] != 5 {
		t.Errorf("answered %v, want 200 to all", got)
	}
	if n := r.count(t, "select count(*) from ticket where summary = 'told'"); n != 3 {
		t.Errorf("%d states are in the mirror, want those of the three tickets that nobody holds", n)
	}
	if n := r.count(t, "select count(*) from job where class = 1 and vendor_id = '1'"); n != 1 {
		t.Errorf("%d looks at the ticket that is held, want one", n)
	}
}
