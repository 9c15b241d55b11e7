// Package yardstick answers what the least is that a service can do for the same callers on the same database: a bare gRPC
// server over pgx, in a process of its own. It knows no vendor, keeps no promise beyond its transaction, and parses nothing that
// it need not.
package yardstick
