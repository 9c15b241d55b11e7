// Package schema answers which tables every adapter's database has.
package schema

import "embed"

// Kernel is the kernel's migrations in tern form, numbered from 001; an adapter's own come after, in a series of their own.
//
//go:embed migrations/*.sql
var Kernel embed.FS
