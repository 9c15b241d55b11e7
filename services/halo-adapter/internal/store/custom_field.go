package store

import (
	"slices"

	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

// MergeCustomFields is held with those of some over it that are named by the same id or the same name: what comes without a
// value is cleared, what is not named stays. Neither is changed.
func MergeCustomFields(held, some []*psav1.CustomField) []*psav1.CustomField {
	merged := slices.Clone(held)
	for _, f := range some {
		at := slices.IndexFunc(merged, func(h *psav1.CustomField) bool { return sameCustomField(h, f) })
		switch {
		case at < 0 && f.GetValue() != nil:
			merged = append(merged, f)
		case at >= 0 && f.GetValue() == nil:
			merged = slices.Delete(merged, at, at+1)
		case at >= 0:
			merged[at] = renewed(merged[at], f)
		}
	}
	return merged
}

func sameCustomField(a, b *psav1.CustomField) bool {
	if a.GetId() != "" && b.GetId() != "" {
		return a.GetId() == b.GetId()
	}
	return a.GetName() != "" && a.GetName() == b.GetName()
}

// renewed is held with the value of f. How people read that is not known, unless f says so.
func renewed(held, f *psav1.CustomField) *psav1.CustomField {
	is := proto.CloneOf(held)
	is.Value, is.Display = f.GetValue(), f.GetDisplay()
	return is
}
