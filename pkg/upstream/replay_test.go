package upstream_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// A write with a key goes out once per call, whatever net/http thinks of the key: a repeat is the job's to decide.
func TestAWriteOnADeadConnectionIsNotRepeatedBehindOurBack(t *testing.T) {
	for name, row := range map[string]struct{ method, header, body string }{
		"a body and a key":          {http.MethodPost, "Idempotency-Key", `{}`},
		"a body and the other name": {http.MethodPost, "X-Idempotency-Key", `{}`},
		"a key, misspelt":           {http.MethodPost, "idempotency-key", `{}`},
		"a key and no body":         {http.MethodPost, "Idempotency-Key", ""},
		"a deletion with a key":     {http.MethodDelete, "Idempotency-Key", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int64
			var key atomic.Value
			s := vendor(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					return // the connection stays open, and the next request gets it
				}
				key.Store(r.Header.Get(row.header))
				calls.Add(1)
				hangUp(w, r)
			})
			w := &witness{}
			c := client(t, s.URL, w, nil)
			if _, err := c.Do(t.Context(), get(s.URL)); err != nil {
				t.Fatal(err)
			}
			_, err := c.Do(t.Context(), upstream.Call{
				Op: "stripe.CreateRefund", Method: row.method, URL: s.URL, Route: "/", Header: http.Header{row.header: {"k"}}, Body: []byte(row.body),
			})
			if f := fault.Of(err); f.Reason != upstream.ReasonNoAnswer || !f.MayApply {
				t.Errorf("%v, want: no answer, and may have been applied", err)
			}
			if calls.Load() != 1 || w.passes != 2 {
				t.Errorf("the vendor was called %d times, the gate passed %d", calls.Load(), w.passes)
			}
			if key.Load() != "k" || w.rows[1].RequestHeader.Get(row.header) != "k" {
				t.Errorf("the key came as %q, the journal has %v", key.Load(), w.rows[1].RequestHeader)
			}
		})
	}
}

// A library's request may carry a key too.
func TestALibrarysWriteIsNotRepeatedEither(t *testing.T) {
	var calls atomic.Int64
	s := vendor(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			calls.Add(1)
			hangUp(w, r)
		}
	})
	c := client(t, s.URL, &witness{}, nil)
	if _, err := c.Do(t.Context(), get(s.URL)); err != nil {
		t.Fatal(err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader("a=1"))
	req.Header.Set("Idempotency-Key", "k")
	resp, err := c.HTTP("stripe.CreateRefund", "/", nil).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if err == nil || calls.Load() != 1 {
		t.Errorf("%v, after %d calls", err, calls.Load())
	}
}
