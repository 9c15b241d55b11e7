package api

import (
	"fmt"
	"regexp"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

const (
	maxLines    = 500
	maxDecimals = 4
	maxMinor    = 1_000_000_000_000_000
)

var (
	decimal  = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,4})?$`) //nolint:gochecknoglobals // compiled once
	currency = regexp.MustCompile(`^[A-Z]{3}$`)                     //nolint:gochecknoglobals // compiled once
)

// quantity checks a decimal number.
func quantity(field, s string) error {
	if !decimal.MatchString(s) {
		return fault.Field(field, "must be a decimal number with at most 4 digits after the point")
	}
	return nil
}

// positive checks a decimal number that is not negative; empty is none.
func positive(field, s string) error {
	if s == "" || s[0] != '-' && decimal.MatchString(s) {
		return nil
	}
	return fault.Field(field, "must be a decimal number with at most 4 digits after the point, and not negative")
}

// money checks an amount; absent is none.
func money(field string, m *typev1.Money) error {
	switch {
	case m == nil:
		return nil
	case m.GetCurrencyCode() != "" && !currency.MatchString(m.GetCurrencyCode()):
		return fault.Field(field+".currency_code", "must be three capital letters")
	case m.GetDecimals() < 0 || m.GetDecimals() > maxDecimals:
		return fault.Field(field+".decimals", fmt.Sprintf("must be between 0 and %d", maxDecimals))
	case m.GetMinorUnits() > maxMinor || m.GetMinorUnits() < -maxMinor:
		return fault.Field(field+".minor_units", "is beyond any amount")
	}
	return nil
}

// lined checks lines, each by check; none may be named twice.
func lined[L interface{ GetId() string }](field string, lines []L, check func(field string, l L) error) error {
	if len(lines) > maxLines {
		return fault.Field(field, fmt.Sprintf("must hold at most %d", maxLines))
	}
	var ids []string
	for i, l := range lines {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := numberOrNone(at+".id", l.GetId()); err != nil {
			return err
		}
		if slices.Contains(ids, l.GetId()) {
			return fault.Field(at+".id", "is another line's too")
		}
		if l.GetId() != "" {
			ids = append(ids, l.GetId())
		}
		if err := check(at, l); err != nil {
			return err
		}
	}
	return nil
}

// asked is m without what the vendor works out of its lines.
func asked[M proto.Message](m M) M {
	if !m.ProtoReflect().IsValid() {
		return m
	}
	own := proto.CloneOf(m)
	lines := own.ProtoReflect().Get(own.ProtoReflect().Descriptor().Fields().ByName("lines")).List()
	for i := range lines.Len() {
		l := lines.Get(i).Message()
		for _, worked := range []protoreflect.Name{"net", "tax"} {
			l.Clear(l.Descriptor().Fields().ByName(worked))
		}
	}
	return own
}

// first is the first of some errors.
func first(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}
