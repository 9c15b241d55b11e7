package upstream_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// numbered signs with a number, and a refusal raises it.
type numbered struct{ n, refusals int }

func (s *numbered) Sign(_ context.Context, req *http.Request) error {
	req.Header.Set("Authorization", strconv.Itoa(s.n))
	return nil
}

func (s *numbered) Refused(_ context.Context, req *http.Request) bool {
	s.refusals++
	if req.Header.Get("Authorization") == strconv.Itoa(s.n) {
		s.n++
	}
	return true
}

// accepts is a vendor that wants a signature of at least n, and counts what it did.
func accepts(n int, done *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if signed, _ := strconv.Atoi(r.Header.Get("Authorization")); signed < n {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		*done = append(*done, string(body))
	}
}

func TestARefusedSignatureIsRenewedOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		wants, requests, applied int
		kind                     fault.Kind
	}{
		"accepted at once":     {wants: 1, requests: 1, applied: 1},
		"accepted when new":    {wants: 2, requests: 2, applied: 1},
		"refused when new too": {wants: 3, requests: 2, kind: fault.Unauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			var done []string
			s := vendor(t, accepts(tc.wants, &done))
			w, signer := &witness{}, &numbered{n: 1}
			_, err := client(t, s.URL, w, func(cfg *upstream.Config) { cfg.Sign = signer }).Do(t.Context(), post(s.URL))
			if fault.KindOf(err) != tc.kind || fault.Of(err) != nil && fault.Of(err).MayApply {
				t.Errorf("error %v, want kind %v and nothing applied", err, tc.kind)
			}
			if len(done) != tc.applied || tc.applied > 0 && done[0] != "[{}]" {
				t.Errorf("the vendor did %q", done)
			}
			if o := w.outcomes[0]; o.Ours != (tc.requests > 1) || w.outcomes[len(w.outcomes)-1].Ours {
				t.Errorf("the gate was told %+v: only a refusal that is renewed is ours", w.outcomes)
			}
			if w.passes != tc.requests || len(w.rows) != tc.requests || len(w.outcomes) != tc.requests {
				t.Errorf("%d passes, %d rows, %d outcomes of %d requests", w.passes, len(w.rows), len(w.outcomes), tc.requests)
			}
		})
	}
}

func TestARepeatThatTheGateRefusesIsNotSent(t *testing.T) {
	var done []string
	s := vendor(t, accepts(2, &done))
	w := &witness{}
	c := client(t, s.URL, w, func(cfg *upstream.Config) { cfg.Sign = closing{&numbered{n: 1}, w} })
	_, err := c.Do(t.Context(), post(s.URL))
	if f := fault.Of(err); f.Reason != "BUDGET" || f.MayApply || len(done) != 0 {
		t.Errorf("%v, did %q", err, done)
	}
}

// closing shuts the gate while the signature is renewed.
type closing struct {
	*numbered
	w *witness
}

func (c closing) Refused(ctx context.Context, req *http.Request) bool {
	c.w.closed = &fault.Error{Kind: fault.Unavailable, Reason: "BUDGET"}
	return c.numbered.Refused(ctx, req)
}

func TestStaticHeadersAreSent(t *testing.T) {
	var got http.Header
	s := vendor(t, func(_ http.ResponseWriter, r *http.Request) { got = r.Header })
	c := client(t, s.URL, &witness{}, func(cfg *upstream.Config) {
		cfg.Sign = upstream.StaticHeaders{"Authorization": {"Basic x"}, "clientId": {"guid"}}
	})
	if _, err := c.Do(t.Context(), get(s.URL)); err != nil {
		t.Fatal(err)
	}
	if got.Get("Authorization") != "Basic x" || got.Get("clientId") != "guid" {
		t.Errorf("sent %v", got)
	}
	unsigned := get(s.URL)
	unsigned.Unsigned = true
	if _, err := c.Do(t.Context(), unsigned); err != nil || got.Get("Authorization") != "" {
		t.Errorf("an unsigned call sent %v: %v", got, err)
	}
}
