package delivery_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/pg"
)

// Promise 7: a row of one connection that somebody holds, and of which call after call tells, keeps no other connection's calls
// waiting: it takes a part of the connections to Postgres, and never all.
func TestAHeldRowOfOneConnectionIsInNoOthersWay(t *testing.T) {
	r := start(t)
	db, err := pg.Open(t.Context(), r.DB.Config().ConnString(), pg.Config{MaxConns: 4, LockTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	r.through(db)
	r.post(`{"id":"1","key":"first"}`)
	held, err := r.DB.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.Exec(t.Context(), "select 1 from job where vendor_id = '1' for update"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	defer all.Wait()
	defer func() { _ = held.Rollback(context.Background()) }()
	for i := range 20 {
		all.Go(func() { r.call("/webhooks/acme/"+path, fmt.Sprintf(`{"id":"1","key":"%d"}`, i), "yes") })
	}
	fixture.Eventually(t, "they wait for the row, each by itself", func() bool {
		return r.count(t, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
			and clock_timestamp() - query_start > interval '300 milliseconds'`) > 0
	})
	for i := range 20 {
		began := time.Now()
		if got := r.call("/webhooks/other/"+path, fmt.Sprintf(`{"id":"%d","key":"%d"}`, i, i), "yes"); got != http.StatusOK {
			t.Fatalf("another connection's call was answered %d", got)
		}
		if took := time.Since(began); took > time.Second {
			t.Fatalf("another connection's call waited %v", took)
		}
	}
}

// slow proves nothing before it is told to.
type slow struct {
	hook
	begin chan struct{}
}

func (s slow) Prove(context.Context, string, http.Header, []byte) delivery.Proof {
	<-s.begin
	return delivery.Rejected
}

// A flood of calls is bounded in memory, for each connection by itself.
func TestAFloodIsAskedToComeAgain(t *testing.T) {
	w := fixture.New(t)
	s := slow{begin: make(chan struct{})}
	r := delivery.New(w.DB, w.Mirror, s, delivery.Config{Paths: map[string]string{"acme": path, "other": path}}, func(string) {}, w.Log)
	mux := http.NewServeMux()
	r.Mount(mux)
	call := func(connection string) int {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/webhooks/"+connection+"/"+path, strings.NewReader("{}")))
		return answer.Code
	}
	const flood = 600
	answers := make(chan int, flood+1)
	for range flood {
		go func() { answers <- call("acme") }()
	}
	answered := sync.OnceFunc(func() { close(s.begin) })
	defer answered()
	for range flood - 500 {
		select {
		case got := <-answers:
			if got != http.StatusServiceUnavailable {
				t.Fatalf("answered %d while 500 are under way, want 503", got)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("more than 500 are under way")
		}
	}
	go func() { answers <- call("other") }()
	select {
	case got := <-answers:
		t.Errorf("one more was answered %d", got)
	case <-time.After(50 * time.Millisecond): // the other connection's call has found its place
	}
	answered()
	for range 501 {
		if got := <-answers; got != http.StatusUnauthorized {
			t.Errorf("answered %d in the end, want 401", got)
		}
	}
}
