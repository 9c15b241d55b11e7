package store

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// stamped is a message that says when the vendor changed it last.
type stamped interface {
	mirror.Message
	comparable
	GetUpdateTime() *timestamppb.Timestamp
}

// entity is the kind of entities that have an id of their own, whose lists tell less than they do by themselves; custom is where one
// has its custom fields. They are listed
// in the order in which they became known, which never changes. Whether Halo announces them is unknown, so nothing counts as missed.
func entity[T stamped](c Config, name, collection string, custom func(T) *[]*psav1.CustomField) mirror.Kind[T] {
	return mirror.Kind[T]{
		Name: name, Table: name, Translation: 1, ReadLag: c.ReadLag, SecondLook: c.SecondLook, RefreshAfter: c.RefreshAfter,
		ResourceName: func(connection, id string) string { return resourceName(connection, collection, id) },
		Merge: map[string]func(dst, src T){"custom_fields": func(dst, src T) {
			*custom(dst) = MergeCustomFields(*custom(dst), *custom(src))
		}},
		Cues: detailCues[T](name),
	}
}

// detailCues asks for the details of what has changed in a list: only they have the change stamp, so one that has not moved with
// the rest is older than the rest. What is seen for the first time is read by whoever has listed it.
func detailCues[T stamped](kind string) func(vendorID string, was, is T) []mirror.Ref {
	return func(vendorID string, was, is T) []mirror.Ref {
		var none T
		if was == none || !was.GetUpdateTime().AsTime().Equal(is.GetUpdateTime().AsTime()) {
			return nil
		}
		return []mirror.Ref{{Kind: kind, VendorID: vendorID}}
	}
}

// lookup is the kind of what the tenant's people have set up. It is read whole, some dozens of rows: a few that are missing may be
// gone, half of them are not.
func lookup[T mirror.Message](c Config, name, collection string) mirror.Kind[T] {
	return mirror.Kind[T]{
		Name: name, Table: name, Translation: 1, ReadLag: c.ReadLag, SecondLook: c.SecondLook, MaxSuspects: 5,
		ResourceName: func(connection, id string) string { return resourceName(connection, collection, id) },
		Columns:      func(T) []any { return nil },
	}
}
