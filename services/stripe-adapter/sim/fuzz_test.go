package sim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzForms sends anything to every operation: it may be refused, and is never the vendor's own fault.
func FuzzForms(f *testing.F) {
	for n, form := range []string{
		"email=ada@example.com&metadata[a]=1", "amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa&payment_method_types[]=card",
		"items[0][price]=price_1&items[][quantity]=2&customer=cus_1", "a[b][c]=1&a=2", "[]=1", "a[[b]]=1", "metadata[a][b]=", "expand[]=data.customer.subscriptions",
		"pause_collection=&trial_end=now", "created[gt]=x&limit=-1", "payment_intent=pi_1&amount=-9223372036854775808", "enabled_events[]=*&url=https://x",
	} {
		f.Add(uint8(n), form)
	}
	ops := New(Config{}).table()
	f.Fuzz(func(t *testing.T, n uint8, form string) {
		s := New(Config{Limit: -1, EndpointLimit: -1, Customers: 1})
		op := ops[int(n)%len(ops)]
		path := op.path
		for strings.Contains(path, "{") {
			before, rest, _ := strings.Cut(path, "{")
			_, after, _ := strings.Cut(rest, "}")
			path = before + "x" + after
		}
		r := httptest.NewRequestWithContext(t.Context(), op.method, "http://stripe.test"+path, strings.NewReader(form))
		if op.method == http.MethodGet {
			r.URL.RawQuery = form
		}
		r.Header.Set("Authorization", "Bearer sk_test_sim")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError || w.Code == 0 {
			t.Errorf("%s %s %q: %d %s", op.method, path, form, w.Code, w.Body)
		}
	})
}
