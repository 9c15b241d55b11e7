// Package api answers callers of breakwater.payments.v1: for each kind its names, which of its fields may be set, its filters, and
// the words of its errors. Nothing in it can reach a vendor, so no caller ever waits for one.
package api

import (
	"fmt"
	"strings"
	"unicode/utf8"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/name"
	"github.com/breakwater-acl/breakwater/pkg/rpc"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// text checks a text of at most so many characters, in which there is no card.
func text(most int) func(field, value string) error {
	return func(field, value string) error {
		if err := rpc.Text(field, value, 0, most); err != nil {
			return err
		}
		return noCard(field, value)
	}
}

const (
	maxKeys  = 40
	maxKey   = 40
	maxValue = 500
	maxID    = 255
	// reservedKeys is how the keys begin that this adapter writes for itself.
	reservedKeys = "breakwater_"
)

// metadata checks the caller's own keys and values.
func metadata(field string, all map[string]string) error {
	if len(all) > maxKeys {
		return fault.Field(field, fmt.Sprintf("must hold at most %d keys", maxKeys))
	}
	for key, value := range all {
		if n := utf8.RuneCountInString(key); n == 0 || n > maxKey || strings.ContainsAny(key, "[]\x00") || !utf8.ValidString(key) {
			return fault.Field(field, fmt.Sprintf("must have keys of 1 to %d characters without square brackets", maxKey))
		}
		if strings.HasPrefix(key, reservedKeys) {
			return fault.Field(field, "must not have keys that begin with "+reservedKeys)
		}
		if err := noCard(field, key); err != nil {
			return err
		}
		if err := text(maxValue)(field+"."+key, value); err != nil {
			return err
		}
	}
	return nil
}

// named checks that a name is one of that collection, or empty.
func named(collection string) func(field, value string) error {
	return func(field, value string) error {
		if value == "" {
			return nil
		}
		_, _, err := name.Parse(field, value, collection)
		return err
	}
}

// beside checks that a name is of the same connection as the resource that refers to it: nothing crosses from one to another. What is
// wrong with the resource's own name is found elsewhere, and said of its own field.
func beside(field, value, resource string) error {
	own, _, _ := strings.Cut(strings.TrimPrefix(resource, "connections/"), "/")
	if value == "" || !strings.HasPrefix(resource, "connections/") || !name.IsConnection(own) {
		return nil
	}
	if !strings.HasPrefix(value, "connections/"+own+"/") {
		return fault.Field(field, "must be of the same connection")
	}
	return nil
}

// last is the id at the end of a name.
func last(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// counted checks what a caller says of an amount's decimals, and takes it away: it is said anew of every answer.
func counted(field string, m *typev1.Money) error {
	if m == nil || m.Decimals == nil {
		return nil
	}
	if m.GetDecimals() != store.Decimals(m.GetCurrencyCode()) {
		return fault.Field(field+".decimals", "is not how the vendor counts this currency: what was meant would be another amount")
	}
	m.Decimals = nil
	return nil
}

// notNow is that something cannot be done in the state that a resource is in.
func notNow(reason, message string) error {
	return &fault.Error{Kind: fault.Precondition, Reason: reason, Message: message}
}
