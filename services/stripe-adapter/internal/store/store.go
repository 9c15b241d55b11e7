// Package store answers how each kind is kept: a file per kind or few, with its table and its filter columns.
package store

import (
	"embed"
	"net/url"
	"time"

	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Migrations make the tables of this adapter's kinds.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Config is what is not known of Stripe for certain.
type Config struct {
	// ReadLag is how long Stripe may serve a state after it changed. It documents none for reading by id; with one, every
	// hint costs two reads.
	ReadLag time.Duration
	// SecondLook is the least time between the two 404s that make a tombstone.
	SecondLook time.Duration
	// RefreshAfter is the age from which a write is preceded by a look, because Stripe has no conditional write
	// [official for the absence: OpenAPI 2026-08-26].
	RefreshAfter time.Duration
	// AnnounceWithin is how long Stripe's webhooks usually take at most; unknown, so a setting.
	AnnounceWithin time.Duration
}

// name is the resource name of what is in a collection, by Stripe's id or by "~" and our uid.
func name(connection, collection, id string) string {
	if id == "" || id[0] != '~' {
		id = url.PathEscape(id)
	}
	return "connections/" + connection + "/" + collection + "/" + id
}

// mirrored is what every message of the contract has.
type mirrored interface {
	GetMirror() *typev1.MirrorState
	GetCreateTime() *timestamppb.Timestamp
}

// madeAt is what lists are ordered by: when Stripe created it or, of a create on its way or refused, when that was said.
func madeAt(m mirrored) time.Time {
	if at := m.GetCreateTime(); at != nil {
		return at.AsTime()
	}
	if w := m.GetMirror().GetPendingWrites(); len(w) > 0 {
		return w[0].GetAcceptTime().AsTime()
	}
	return m.GetMirror().GetRefusal().GetRefuseTime().AsTime()
}
