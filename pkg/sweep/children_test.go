package sweep_test

import (
	"testing"
	"time"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/internal/fixture"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"
)

// A child that the list of its parent's children does not name is looked at; no other is.
func TestAChildThatItsParentsListDoesNotNameIsLookedAt(t *testing.T) {
	w := fixture.New(t)
	for _, id := range []string{"1", "2"} {
		w.Learn(t, "acme", id, "s")
	}
	child := func(id, parent string) mirror.Observation {
		return mirror.Observation{
			Ref: mirror.Ref{Kind: "note", VendorID: id}, Covers: mirror.Whole(), Parent: mirror.Ref{Kind: "ticket", VendorID: parent}, State: &psav1.Note{Text: id},
		}
	}
	f := &feed{next: func(n int, _ string) (sweep.Page, error) {
		if n == 1 {
			return sweep.Page{Observations: []mirror.Observation{child("a", "1"), child("b", "1"), child("c", "2")}, More: true}, nil
		}
		return sweep.Page{Children: []sweep.Children{{Parent: mirror.Ref{Kind: "ticket", VendorID: "1"}, IDs: []string{"a"}}}, Complete: true}, nil
	}}
	p := f.plan(time.Hour)
	p.Kind = "note"
	r := start(t, w, p)
	fixture.Eventually(t, "it is swept", func() bool {
		return r.count(t, "select count(*) from cursor where kind = 'note' and swept_at is not null") == 1
	})
	if n, all := r.count(t, "select count(*) from job where kind = 'note' and vendor_id = 'b'"), r.count(t, "select count(*) from job where kind = 'note'"); n != 1 || all != 1 {
		t.Errorf("%d looks at it, %d in all", n, all)
	}
}
