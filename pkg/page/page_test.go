package page_test

import (
	"testing"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/page"
)

type cursor struct{ After int }

func TestATokenBelongsToItsQuery(t *testing.T) {
	token, err := page.Seal(cursor{7}, "connections/acme", "state=1")
	if err != nil {
		t.Fatal(err)
	}
	got, err := page.Open[cursor](token, "connections/acme", "state=1")
	if err != nil || got.After != 7 {
		t.Errorf("opened %v, %v; want 7", got, err)
	}
	if _, err := page.Open[cursor](token, "connections/acme", "state=2"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a token of another query: %v, want invalid", err)
	}
}

func TestSizes(t *testing.T) {
	for n, want := range map[int32]int{0: 50, 1: 1, 500: 500, 501: 500} {
		if got, err := page.Size(n); err != nil || got != want {
			t.Errorf("Size(%d) = %d, %v; want %d", n, got, err, want)
		}
	}
	if _, err := page.Size(-1); fault.KindOf(err) != fault.Invalid || fault.Of(err).Field != "page_size" {
		t.Errorf("Size(-1): %v, want invalid page_size", err)
	}
}

func FuzzOpen(f *testing.F) {
	good, _ := page.Seal(cursor{1}, "q")
	f.Add(good)
	f.Add("")
	f.Add("e30")
	f.Add("\x00")
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := page.Open[cursor](token, "q"); err != nil && fault.Of(err).Field != "page_token" {
			t.Errorf("%v does not name the field", err)
		}
	})
}
