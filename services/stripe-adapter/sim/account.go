package sim

import (
	"encoding/json"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// object is one thing that an account keeps. It is never changed in place: a change is a copy, put in its stead.
type object interface{ self() identity }

// identity is what all objects have in common.
type identity struct {
	ID     string `json:"id"`
	Object string `json:"object"`
	serial int64  // in order of creation, finer than a second
	born   int64
}

func (i identity) self() identity { return i }

// stub is what is left of a deleted object that can still be read.
type stub struct {
	identity
	Deleted bool `json:"deleted"`
}

// none is a field that is always null here.
type none struct{}

// kinds are all sorts of objects, and what their ids begin with. [official: OpenAPI 2026-08-26; prefixes as seen in its fixtures]
func kinds() map[string]string {
	return map[string]string{
		"customer": "cus", "payment_method": "pm", "payment_intent": "pi", "charge": "ch", "refund": "re", "invoice": "in", "invoiceitem": "ii",
		"line_item": "il", "invoice_payment": "inpay", "subscription": "sub", "subscription_item": "si", "product": "prod", "price": "price",
		"event": "evt", "webhook_endpoint": "we",
	}
}

// account is everything that one account keeps.
type account struct {
	id      string
	shelves map[string]*vendorsim.Shelf[string, object]
	numbers map[string]int // last invoice number by prefix; writing holds it
}

// How much of the past is kept for stale reads.
const (
	historyDepth   = 16
	historyHorizon = 30 * time.Minute
)

func newAccount(id string) *account {
	a := &account{id: id, shelves: map[string]*vendorsim.Shelf[string, object]{}, numbers: map[string]int{}}
	for kind := range kinds() {
		a.shelves[kind] = vendorsim.NewShelf[string, object](historyDepth, historyHorizon)
	}
	return a
}

func (a *account) reset() {
	for _, shelf := range a.shelves {
		shelf.Reset()
	}
	clear(a.numbers)
}

// newest is the order of every list. [official: OpenAPI, "sorted by creation date, with the most recent first"]
func newest() vendorsim.Order[object] {
	return vendorsim.Order[object]{Name: "newest", Compare: func(a, b object) int {
		switch x, y := a.self().serial, b.self().serial; {
		case x > y:
			return -1
		case x < y:
			return 1
		default:
			return 0
		}
	}}
}

// all is every object of a kind for which match is true, the newest first.
func all[T object](a *account, kind string, match func(T) bool) []T {
	rows, _ := a.shelves[kind].Page(vendorsim.Query[object]{Order: newest(), Limit: -1, Match: func(o object) bool {
		t, ok := o.(T)
		return ok && (match == nil || match(t))
	}})
	out := make([]T, len(rows))
	for n, row := range rows {
		out[n], _ = row.(T)
	}
	return out
}

// find is the true state of an object; false if there is none, or only a stub of it.
func find[T object](a *account, kind, id string) (T, bool) {
	o, ok := a.shelves[kind].Get(id, time.Time{})
	t, is := o.(T)
	return t, ok && is
}

// fields is an object as JSON shows it.
func fields(o any) map[string]any {
	text, err := json.Marshal(o)
	if err != nil {
		return nil // nothing that is kept here fails to marshal
	}
	var out map[string]any
	_ = json.Unmarshal(text, &out) // it was marshalled a line above
	return out
}
