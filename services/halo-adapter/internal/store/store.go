// Package store answers how each kind is kept: a file per kind or few, with its table and its filter columns.
package store

import (
	"embed"
	"time"
)

// Migrations make the tables of this adapter's kinds.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Config is what is not known of every Halo tenant alike.
type Config struct {
	// ReadLag is how long Halo may serve a state after it changed. Its API has server caches that `nocache` goes past
	// [official: Halo OpenAPI 2024-09, GET /Tickets/{id} nocache; that caches lag is an inference]; unknown, so a setting.
	ReadLag time.Duration
	// SecondLook is the least time between the two 404s that make a tombstone.
	SecondLook time.Duration
	// RefreshAfter is the age from which a write is preceded by a look, because Halo has no conditional write
	// [official: no If-Match or row version in Halo OpenAPI 2024-09].
	RefreshAfter time.Duration
	// AnnounceWithin is how long Halo's webhooks usually take at most; unknown, so a setting.
	AnnounceWithin time.Duration
}
