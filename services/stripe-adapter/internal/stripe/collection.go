package stripe

import sdk "github.com/stripe/stripe-go/v85"

// collection is the objects of one kind, as Stripe's paths call one of them.
type collection string

const (
	products      collection = "product"
	prices        collection = "price"
	subscriptions collection = "subscription"
	invoices      collection = "invoice"
	invoiceItems  collection = "invoiceitem"
)

// all is a call on all of them.
func (k collection) all(op string) (ask, string) {
	path := "/v1/" + string(k) + "s"
	return ask{op: op, route: path}, path
}

// one is a call on one of them, or on what can be done to it: "/pay".
func (k collection) one(op, action, id string) (ask, string) {
	a, path := k.all(op)
	a.route, a.entity = path+"/{"+string(k)+"}"+action, string(k)+"/"+id
	return a, path + sdk.FormatURLPath("/%s", id) + action
}
