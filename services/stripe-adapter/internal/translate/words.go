// Package translate answers how Stripe's words and the contract's stand for each other: pure, total, a file per kind.
// Unknown words become "unspecified", never an error and never a guess.
package translate

import (
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Words is one connection's: names in the contract hold the connection.
type Words struct{ Connection string }

// MarkKey is the metadata that carries the id of the job which created an object. Like all that begins so, it is shown to nobody.
const (
	MarkKey = oursBegin + "job"

	oursBegin = "breakwater_"
)

// marked is the job that created an object; zero: none of ours.
func marked(metadata map[string]string) uuid.UUID {
	mark, _ := uuid.Parse(metadata[MarkKey]) // what is no id is somebody else's word
	return mark
}

// theirs is the metadata that is the caller's own.
func theirs(metadata map[string]string) map[string]string {
	own := make(map[string]string, len(metadata))
	for k, v := range metadata {
		if !strings.HasPrefix(k, oursBegin) {
			own[k] = v
		}
	}
	if len(own) == 0 {
		return nil
	}
	return own
}

// marking is metadata with the mark in it.
func marking(metadata map[string]string, mark uuid.UUID) map[string]string {
	all := map[string]string{MarkKey: mark.String()}
	for k, v := range metadata {
		if v != "" { // nothing is removed from what is new
			all[k] = v
		}
	}
	return all
}

// name is the resource name of what Stripe calls id; empty for none.
func (w Words) name(collection, id string) string {
	if id == "" {
		return ""
	}
	return "connections/" + w.Connection + "/" + collection + "/" + url.PathEscape(id)
}

// ID is the vendor's id in a resource name; empty for none.
func ID(name string) string {
	id, err := url.PathUnescape(name[strings.LastIndexByte(name, '/')+1:])
	if err != nil {
		return ""
	}
	return id
}

// money is an amount as Stripe counts it: minor units are its own, and the contract's. Its decimals follow from the currency.
func money(amount int64, currency string) *typev1.Money {
	return &typev1.Money{CurrencyCode: strings.ToUpper(currency), MinorUnits: amount}
}

// some is money, or nothing where there is none.
func some(amount int64, currency string) *typev1.Money {
	if amount == 0 {
		return nil
	}
	return money(amount, currency)
}

func stamp(seconds int64) *timestamppb.Timestamp {
	if seconds == 0 {
		return nil
	}
	return timestamppb.New(time.Unix(seconds, 0))
}

// observed is what any object tells beside its state.
func observed[T any](kind string, s stripe.Seen[T], metadata map[string]string) mirror.Observation {
	return mirror.Observation{Ref: mirror.Ref{Kind: kind, VendorID: s.ID}, VendorTime: s.At, Payload: s.Raw, Mark: marked(metadata)}
}

// needs names the first field that Stripe always sends and now does not.
func needs[T any](kind string, s stripe.Seen[T], fields ...string) error {
	for _, f := range fields {
		if !s.Has(f) {
			return &fault.Error{Kind: fault.Drift, Reason: stripe.ReasonDrift, Field: f, Message: "a " + kind + " without " + f}
		}
	}
	return nil
}
