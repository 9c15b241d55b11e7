package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/sweep"

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
	l := lister(s.as, Config{}, "payment", (*stripe.Client).Payments, translate.Words.Payment)
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
		page, err := itemList{accounts: s.as}.next(t.Context(), "acme", place)
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
	page, err := itemList{accounts: s.as}.next(t.Context(), "acme", place)
	if err != nil || page.More || len(page.Observations) == 0 {
		t.Errorf("later a page at a time: %v %v", page.More, err)
	}
}

// While reads run low, a list is read in full once in a few passes: of payments the newest are read each time, in one, of others nothing.
// The first walk spares none: nothing else brings what was there before.
func TestListsSpareReadsWhileTheyRunLow(t *testing.T) {
	for name, row := range map[string]struct {
		scarce, loaded bool
		payments       string // reads of each pass
		customers      string
		items          string
	}{
		"there are enough":             {false, true, "[3 3 3 3 3]", "[1 1 1 1 1]", "[1 1 1 1 1]"},
		"they run low":                 {true, true, "[1 1 1 3 1]", "[0 0 0 1 0]", "[0 0 0 1 0]"},
		"they run low, at first sight": {true, false, "[1 1 1 1 1]", "[1 1 1 0 0]", "[1 0 0 0 1]"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.Seed(250, 450)
			s.one(t, "/v1/invoices", "customer", s.one(t, "/v1/customers", "name", "Ada"))
			c := Config{Scarce: func(connection string) bool { return row.scarce && connection == "acme" }}
			payments := lister(s.as, c, "payment", (*stripe.Client).Payments, translate.Words.Payment)
			payments.newest, payments.unended = true, func(context.Context, string, time.Time) (time.Time, bool, error) { return s.at, true, nil }
			customers := lister(s.as, c, "customer", (*stripe.Client).Customers, translate.Words.Customer)
			for kind, x := range map[string]struct {
				next  func(context.Context, string, []byte) (sweep.Page, error)
				after string
				want  string
			}{
				"payments": {payments.next, s.newest(t, "/v1/payment_intents"), row.payments}, "customers": {customers.next, "", row.customers},
				"items": {itemList{s.as, c.Scarce}.next, "", row.items},
			} {
				place := write(listPlace{After: x.after, Loaded: row.loaded})
				if !row.loaded {
					place = nil
				}
				var calls []int
				for range 5 {
					s.calls = 0
					page, err := x.next(t.Context(), "acme", place)
					if err != nil {
						t.Fatal(err)
					}
					place, calls = page.Place, append(calls, s.calls)
				}
				if got := fmt.Sprint(calls); got != x.want {
					t.Errorf("%s: reads %s, want %s", kind, got, x.want)
				}
			}
		})
	}
}

// newest is the id of the newest in a list.
func (s *shop) newest(t *testing.T, path string) string {
	t.Helper()
	raw, err := s.Do("", "GET", path, url.Values{"limit": {"1"}})
	var x struct{ Data []struct{ ID string } }
	if err != nil || json.Unmarshal(raw, &x) != nil || len(x.Data) == 0 {
		t.Fatal(path, err)
	}
	return x.Data[0].ID
}
