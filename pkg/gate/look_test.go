package gate_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/budget"
	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/gate"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// What a write looks at before it is sent, or after, is a read like any other; and it is not kept from looking.
func TestTheReadsOfWritesCountInAReadAllowance(t *testing.T) {
	for name, atOnce := range map[string]int{"places are not counted": 0, "places are counted": 5} {
		t.Run(name, func(t *testing.T) {
			db := database(t)
			terms := budget.Terms{AtOnce: atOnce, Limits: []budget.Limit{
				{Calls: 1000, Window: time.Second, Share: 1, Burst: 100},
				{Calls: 10, Window: time.Hour, Share: 1, Burst: 4, Reads: true},
			}}
			k := replica(t, db, gate.Config{Budget: terms}, &vendor{})
			s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
			t.Cleanup(s.Close)
			c, err := upstream.New(upstream.Config{
				Vendor: "v", Connection: "acme", Hosts: []string{s.URL}, Gate: k.For("acme"),
				Classify: func(string, *upstream.Response) *fault.Error { return nil },
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(c.CloseIdleConnections)
			job := unit("", budget.Write, 2)
			for i, method := range []string{http.MethodPost, http.MethodGet, http.MethodGet, http.MethodGet, http.MethodGet, http.MethodGet, http.MethodPost} {
				if _, err := c.Do(job, upstream.Call{Op: "v.X", Method: method, URL: s.URL, Route: "/"}); err != nil {
					t.Errorf("call %d of the write: %v", i, err)
				}
			}
			_, err = c.Do(unit("", budget.Fetch, 0), upstream.Call{Op: "v.X", URL: s.URL, Route: "/"})
			if f := fault.Of(err); f == nil || f.Reason != gate.ReasonBudget || f.RetryAfter < time.Minute {
				t.Errorf("a fetch, when a write's looks have used up what is allowed: %v", err)
			}
		})
	}
}
