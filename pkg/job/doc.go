// Package job answers how each accepted write is made at the vendor exactly once as far as the vendor lets anyone tell,
// or ends as a dead letter that says why.
//
// Postgres remembers the jobs; a message only wakes a worker. A worker claims jobs in batches together with their share
// of the vendor's budget, makes one attempt at each, and settles it: entity, job, lane and dead letter in one
// transaction. What may have been applied without anybody knowing is probed before it is sent again.
package job
