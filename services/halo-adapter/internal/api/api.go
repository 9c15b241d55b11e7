// Package api answers callers of breakwater.psa.v1: for each kind its names, which of its fields may be set, its filters, and
// the words of its errors. Nothing in it can reach a vendor, so no caller ever waits for one.
package api

import (
	"strconv"
	"strings"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/rpc"
)

// connectionOf is the connection that a name is of, as far as it is one.
func connectionOf(resource string) string {
	connection, _, _ := strings.Cut(strings.TrimPrefix(resource, "connections/"), "/")
	return connection
}

func text(least, most int) func(field, value string) error {
	return func(field, value string) error { return rpc.Text(field, value, least, most) }
}

// number checks an id of the vendor's: a decimal number as it writes them itself, so that a pending value and the
// confirmed one are the same.
func number(field, s string) error {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || strconv.FormatInt(n, 10) != s {
		return fault.Field(field, "must be a positive decimal number without leading zeros")
	}
	return nil
}

func numberOrNone(field, s string) error {
	if s == "" {
		return nil
	}
	return number(field, s)
}
