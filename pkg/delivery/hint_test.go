package delivery_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

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
