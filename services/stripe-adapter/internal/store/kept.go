package store

import "github.com/breakwater-acl/breakwater/pkg/mirror"

// kept is a kind as all of this adapter's are kept, without its columns: lists are ordered by when Stripe created what they hold.
func kept[T mirror.Message](c Config, kind, collection string) mirror.Kind[T] {
	return mirror.Kind[T]{
		Name: kind, Table: kind, Translation: 1, ReadLag: c.ReadLag, SecondLook: c.SecondLook,
		RefreshAfter: c.RefreshAfter, AnnounceWithin: c.AnnounceWithin,
		ResourceName: func(connection, id string) string { return name(connection, collection, id) },
		Order:        "made_at",
	}
}
