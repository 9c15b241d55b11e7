package sim

import (
	"net/http"
	"slices"
	"strings"
)

// route is one operation of the API. What it does not list is refused as unknown: the vendor's own answer to a parameter that it
// does not know, and this simulator's to one that it does not play.
type route struct {
	method, path string // as documented: "/v1/customers/{customer}"
	params       []param
	read         func(*call) (any, error)          // of a GET
	write        func(*change, *call) (any, error) // of the others
}

// resource is what a restricted key is good for.
func (r route) resource() string { return strings.Split(r.path, "/")[2] }

// table is every operation of every kind.
func (s *Stripe) table() []route {
	return slices.Concat(
		customerRoutes(), methodRoutes(), paymentRoutes(), chargeRoutes(), refundRoutes(), invoiceRoutes(), invoiceItemRoutes(),
		invoicePaymentRoutes(), subscriptionRoutes(), productRoutes(), priceRoutes(), eventRoutes(), endpointRoutes(), accountRoutes(),
	)
}

func (s *Stripe) routes() http.Handler {
	mux := http.NewServeMux()
	for _, op := range s.table() {
		mux.HandleFunc(op.method+" "+op.path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, op) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.head(w, r)
		s.refuse(w, invalid("", "", "Unrecognized request URL (%s: %s).", r.Method, r.URL.Path).with(http.StatusNotFound))
	})
	return mux
}

func (r refusal) with(status int) refusal { r.status = status; return r }

const maxBody = 1 << 20

// reader is the operation that reads one object.
func reader(kind, path, id string) route {
	return route{method: "GET", path: path + "/{" + id + "}", params: []param{expandable()}, read: func(c *call) (any, error) {
		return c.get(kind, c.PathValue(id))
	}}
}
