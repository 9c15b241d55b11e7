package job

import (
	"net/http"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// What Halo refuses may have been taken before: as long as the row does not show it, or cannot be read, that is not said to be refused, nor
// to be unknown. It is looked at again.
func TestARefusalBehindWhichItMayBeDoneIsLookedAtAgain(t *testing.T) {
	for name, c := range map[string]struct {
		unsure bool
		broken bool // what comes after the refusal
		want   string
	}{
		"nothing was sent before":                        {want: "REFUSED"},
		"nothing was sent before, and it cannot be read": {broken: true, want: "REFUSED"},
		"it does not show it":                            {unsure: true, want: "NOT_SHOWN_YET"},
		"it cannot be read":                              {unsure: true, broken: true, want: "NOT_SHOWN_YET"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := false
			x := behind(t, nil, func(h http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					switch {
					case r.Method == http.MethodPost && r.URL.Path != "/auth/token":
						refused = true
						http.Error(w, "This quotation has already been answered.", http.StatusBadRequest)
					case refused && c.broken:
						http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
					default:
						h.ServeHTTP(w, r)
					}
				})
			})
			j := on(x.made("quotation", map[string]any{"title": "Offer", "client_id": 2}), "state", "answer")
			if c.unsure {
				j = again(j)
			}
			asked := &psav1.Quote{State: psav1.Quote_STATE_REJECTED, Answer: &psav1.Quote_Answer{AnswererName: "Iris Lang"}}
			if got := attempt(x, answerQuote(x.ts, Config{}, "RejectQuote"), j, asked); got != c.want || !refused {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
