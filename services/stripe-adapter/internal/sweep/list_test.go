package sweep

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// one is the id of what a person makes in the second that it is, which then is over.
func (s *shop) one(t *testing.T, path string, pairs ...string) string {
	t.Helper()
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	raw, err := s.Do("", "POST", path, f)
	var x struct{ ID string }
	if err != nil || json.Unmarshal(raw, &x) != nil {
		t.Fatal(path, err)
	}
	s.at = s.at.Add(time.Second)
	return x.ID
}

// A payment that may still move is looked at again soon, however many have been made since: no event tells of its edits.
func TestPaymentsThatMayStillMoveAreReadAgainFirst(t *testing.T) {
	s := open(t)
	var moving []string
	var when []time.Time
	for range 2 {
		when = append(when, s.at)
		moving = append(moving, s.one(t, "/v1/payment_intents", "amount", "500", "currency", "usd"))
		for range 210 {
			s.one(t, "/v1/payment_intents", "amount", "500", "currency", "usd", "confirm", "true", "payment_method", "pm_card_visa", "payment_method_types[0]", "card")
		}
	}
	l := lister(s.as, "payment", (*stripe.Client).Payments, translate.Words.Payment)
	l.newest, l.unended = true, func(_ context.Context, _ string, before time.Time) (time.Time, bool, error) {
		for _, at := range slices.Backward(when) { // as the mirror would, which holds them all
			if at.Before(before) {
				return at, true, nil
			}
		}
		return time.Time{}, false, nil
	}
	place := write(listPlace{Loaded: true})
	var seen [][]string
	for range 4 {
		s.calls = 0
		page, err := l.next(t.Context(), "acme", place)
		if err != nil || page.More || s.calls > 3 {
			t.Fatalf("%d calls, %v", s.calls, err)
		}
		place = page.Place
		seen = append(seen, nil)
		for _, o := range page.Observations {
			if x, _ := o.State.(*paymentsv1.Payment); x.GetState() == paymentsv1.Payment_STATE_NEEDS_METHOD {
				seen[len(seen)-1] = append(seen[len(seen)-1], o.VendorID)
			}
		}
	}
	want := []string{moving[1], moving[0], "", moving[1]} // and round again, after a sweep that finds no more
	for n, id := range want {
		if id != "" && !slices.Contains(seen[n], id) {
			t.Errorf("sweep %d brought %v, want %q", n, seen[n], id)
		}
	}
}

// Invoices with more lines than they show wait for their turn: so many reads, and no more, at once.
func TestInvoicesOfManyLinesAreReadAFewAtOnce(t *testing.T) {
	s := open(t)
	who := s.one(t, "/v1/customers", "name", "Ada")
	lines := map[string]int{}
	for n := range 2*linesAtOnce + 2 {
		id := s.one(t, "/v1/invoices", "customer", who)
		for range 9 + n%2*5 {
			s.one(t, "/v1/invoiceitems", "invoice", id, "amount", "100")
			lines[id]++
		}
	}
	var place []byte
	got, named := map[string]int{}, map[string]int{}
	for pages := 1; ; pages++ {
		s.calls = 0
		page, err := s.as.items(t.Context(), "acme", place)
		if err != nil || s.calls > linesAtOnce || len(page.Drifted) > 0 {
			t.Fatalf("%d calls, %v %v", s.calls, page.Drifted, err)
		}
		place = page.Place
		for _, o := range page.Observations {
			got[o.Parent.VendorID]++
		}
		for _, c := range page.Children {
			named[c.Parent.VendorID] = len(c.IDs)
		}
		if page.Complete {
			if pages < 3 {
				t.Errorf("%d pages", pages)
			}
			break
		}
	}
	for id, n := range lines {
		if got[id] != n || named[id] != n {
			t.Errorf("%s: %d lines, and %d named; want %d", id, got[id], named[id], n)
		}
	}
	page, err := s.as.items(t.Context(), "acme", place)
	if err != nil || page.More || len(page.Observations) == 0 {
		t.Errorf("later a page at a time: %v %v", page.More, err)
	}
}
