// Package gate answers whether a vendor may be called now, by whom and how much: budget and breaker together, one
// Postgres row per budget key, said once for all replicas.
//
// A row is taken last in the order of locks, and never while a vendor is asked. What calls report is gathered in memory
// and written a few times a second; every replica looks at the rows that are shut twice a second, and JetStream's news
// only make that look come sooner.
package gate
