package stripe

import (
	"net/url"
	"strconv"
	"time"
)

// MaxRows is the most that a page holds [official: OpenAPI].
const MaxRows = 100

// Query narrows a list; what is zero does not narrow. Stripe filters by the time of creation only [official: OpenAPI].
type Query struct {
	From, To time.Time // created in [From, To]
	Email    string    // of customers: exactly this one, in this case
	Customer string    // of payments, subscriptions and invoices
	Payment  string    // of refunds: the payment intent
	After    string    // the id that the page begins behind
	Limit    int       // 0: MaxRows
}

func (q Query) values() url.Values {
	v := url.Values{"limit": {strconv.Itoa(limit(q.Limit))}}
	put(v, "created[gte]", stamp(q.From))
	put(v, "created[lte]", stamp(q.To))
	put(v, "email", q.Email)
	put(v, "customer", q.Customer)
	put(v, "payment_intent", q.Payment)
	put(v, "starting_after", q.After)
	return v
}

// with is values with one more, as they are sent.
func with(v url.Values, key, value string) string {
	v.Set(key, value)
	return v.Encode()
}

func limit(n int) int {
	if n <= 0 || n > MaxRows {
		return MaxRows
	}
	return n
}

func put(v url.Values, key, value string) {
	if value != "" {
		v.Set(key, value)
	}
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.Unix(), 10)
}
