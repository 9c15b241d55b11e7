package api

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
)

const (
	maxCustomFields = 100
	maxChoices      = 100
)

// customFields checks fields of a tenant's own: each is named, by id or by name, and no other by the same.
func customFields(field string, fields []*psav1.CustomField) error {
	if len(fields) > maxCustomFields {
		return fault.Field(field, fmt.Sprintf("must hold at most %d", maxCustomFields))
	}
	for i, f := range fields {
		at := fmt.Sprintf("%s[%d]", field, i)
		if err := customField(at, f); err != nil {
			return err
		}
		if slices.ContainsFunc(fields[:i], func(other *psav1.CustomField) bool { return sameCustomField(f, other) }) {
			return fault.Field(at, "is there twice")
		}
	}
	return nil
}

// sameCustomField reports whether two are named alike: by the one or the other.
func sameCustomField(a, b *psav1.CustomField) bool {
	return a.GetId() != "" && a.GetId() == b.GetId() || a.GetName() != "" && a.GetName() == b.GetName()
}

func customField(field string, f *psav1.CustomField) error {
	if f.GetId() == "" && f.GetName() == "" {
		return fault.Field(field, "must be named, by id or by name")
	}
	if err := numberOrNone(field+".id", f.GetId()); err != nil {
		return err
	}
	if err := text(0, 255)(field+".name", f.GetName()); err != nil {
		return err
	}
	switch v := f.GetValue().(type) {
	case *psav1.CustomField_Text:
		return text(0, maxText)(field+".text", v.Text)
	case *psav1.CustomField_Number:
		if math.IsNaN(v.Number) || math.IsInf(v.Number, 0) {
			return fault.Field(field+".number", "must be a finite number")
		}
	case *psav1.CustomField_Time:
		return begun(field+".time", v.Time)
	case *psav1.CustomField_Choice_:
		return entries(field+".choice.values", v.Choice.GetValues())
	}
	return nil
}

func entries(field string, values []string) error {
	if len(values) == 0 || len(values) > maxChoices {
		return fault.Field(field, fmt.Sprintf("must hold 1 to %d", maxChoices))
	}
	for i, v := range values {
		if err := text(1, 1000)(fmt.Sprintf("%s[%d]", field, i), v); err != nil {
			return err
		}
	}
	return nil
}

// known checks that a tenant has these fields, where it is known which ones it has: names by id.
func known(field string, names map[string]string, fields []*psav1.CustomField) error {
	if len(names) == 0 {
		return nil
	}
	for i, f := range fields {
		name, ok := names[f.GetId()]
		switch {
		case f.GetId() == "" && slices.Contains(slices.Collect(maps.Values(names)), f.GetName()):
		case f.GetId() != "" && ok && (f.GetName() == "" || f.GetName() == name):
		default:
			return fault.Field(fmt.Sprintf("%s[%d]", field, i), "is none of this connection's custom fields: "+listed(names))
		}
	}
	return nil
}

func listed(names map[string]string) string {
	all := make([]string, 0, len(names))
	for _, id := range slices.Sorted(maps.Keys(names)) {
		all = append(all, id+" "+names[id])
	}
	return strings.Join(all, ", ")
}
