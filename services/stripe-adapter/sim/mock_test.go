package sim_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// mock is the vendor's own stateless server: it knows which requests its schema refuses.
var mock = sync.OnceValues(func() (*server.StubServer, error) {
	doc, err := sim.Document()
	if err != nil {
		return nil, err
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		return nil, err
	}
	return server.NewStubServer(fixtures, doc, false, false)
})

// alsoAccepted asks the vendor's own mock whether a request that the simulator has done is one that its schema takes: the
// simulator must not be the more lenient of the two.
func alsoAccepted(t *testing.T, method, path, form string) {
	t.Helper()
	stub, err := mock()
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, "http://stripe.test"+path, strings.NewReader(form))
	r.Header.Set("Authorization", "Bearer sk_test_123")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	stub.HandleRequest(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("%s %s %s: the vendor's schema says %d %s", method, path, form, w.Code, w.Body)
	}
}

// TestTheMockSeesWhatIsWrong: one that takes everything proves nothing.
func TestTheMockSeesWhatIsWrong(t *testing.T) {
	stub, err := mock()
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"colour=red", "tax_exempt=maybe", "balance=much"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://stripe.test/v1/customers", strings.NewReader(form))
		r.Header.Set("Authorization", "Bearer sk_test_123")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		stub.HandleRequest(w, r)
		if w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", form, w.Code)
		}
	}
}
