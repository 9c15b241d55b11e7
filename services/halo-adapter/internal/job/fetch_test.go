package job

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/translate"
	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// A ticket that was merged may answer with the one that lives on; so may a cache that is confused, and that makes no alias.
func TestAnAnswerWithAnotherTicketIsAMergeOnlyIfThatOneHasItsActions(t *testing.T) {
	confused := func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/Tickets/10002" {
				said := httptest.NewRecorder()
				r.URL.Path = "/api/Tickets/10003"
				h.ServeHTTP(said, r)
				_, _ = w.Write(said.Body.Bytes())
				return
			}
			h.ServeHTTP(w, r)
		})
	}
	x := behind(t, func(s *sim.Switches) { s.MergedGet = "survivor" }, confused)
	if _, err := x.sim.Note(10001, map[string]any{"note": "called", "outcome_id": 7}); err != nil {
		t.Fatal(err)
	}
	if err := x.sim.Merge("ticket", 10001, 10003); err != nil {
		t.Fatal(err)
	}
	seen, err := x.ts.fetchTicket(t.Context(), "acme", translate.TicketRef(10001))
	if err != nil || len(seen) != 2 || seen[0].Became != "10003" {
		t.Errorf("merged: %v, %v", seen, err)
	}
	seen, err = x.ts.fetchTicket(t.Context(), "acme", translate.TicketRef(10002))
	if f := fault.Of(err); f == nil || f.Kind != fault.Drift || f.Field != "id" || seen != nil {
		t.Errorf("confused: %v, %v", seen, err)
	}
}

// A ticket into which others were merged costs no more than any other each time it changes.
func TestAMergeIsReadOnce(t *testing.T) {
	calls := 0
	x := behind(t, nil, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/Actions" {
				calls++
			}
			h.ServeHTTP(w, r)
		})
	})
	for _, from := range []int{10001, 10002} {
		if _, err := x.sim.Note(from, map[string]any{"note": "called", "outcome_id": 7}); err != nil {
			t.Fatal(err)
		}
		if err := x.sim.Merge("ticket", from, 10003); err != nil {
			t.Fatal(err)
		}
	}
	fetch := Fetches(x.ts)["note"]
	told := func() (merged int) {
		seen, err := fetch(t.Context(), "acme", mirror.Ref{Kind: "note", VendorID: "10003"})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range seen {
			if o.Kind == "ticket" && o.Became != "" {
				merged++
			}
		}
		return merged
	}
	if n := told(); n != 2 || calls != 3 {
		t.Errorf("at first %d merges in %d calls", n, calls)
	}
	if n := told(); n != 2 || calls != 4 {
		t.Errorf("then %d merges in %d calls", n, calls)
	}
}

// One action that cannot be read hides no other of its ticket, and nobody is taken for gone beside it.
func TestAnActionThatCannotBeReadHidesNoOther(t *testing.T) {
	x := behind(t, nil, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			said := httptest.NewRecorder()
			h.ServeHTTP(said, r)
			w.Header().Set("Content-Type", said.Header().Get("Content-Type"))
			w.WriteHeader(said.Code)
			_, _ = w.Write(bytes.Replace(said.Body.Bytes(), []byte(`"actions":[`), []byte(`"actions":[{"id":"x"},`), 1))
		})
	})
	a, err := x.sim.Note(10001, map[string]any{"note": "called", "outcome_id": 7})
	if err != nil {
		t.Fatal(err)
	}
	fetch := Fetches(x.ts)["note"]
	for _, id := range []string{"10001", "10001/99"} {
		seen, err := fetch(t.Context(), "acme", mirror.Ref{Kind: "note", VendorID: id})
		there := slices.ContainsFunc(seen, func(o mirror.Observation) bool { return o.Ref == translate.NoteRef(10001, int64(a.ID)) })
		gone := slices.ContainsFunc(seen, func(o mirror.Observation) bool { return o.Presence == mirror.Absent })
		if err != nil || !there || gone {
			t.Errorf("%s: %v, %v", id, seen, err)
		}
	}
}
