// Package job answers how each accepted write is made at the vendor exactly once as far as the vendor lets anyone tell,
// or ends as a dead letter that says why.
//
// Postgres remembers the jobs; a message only wakes a worker. A worker claims jobs in batches together with their share
// of the vendor's budget, makes one attempt at each, and settles it: entity, job, lane and dead letter in one
// transaction. What may have been applied without anybody knowing is probed before it is sent again.
//
// What was buried is dealt with by people. A replay takes entity, job and letter in this order; after a known refusal it
// inserts a new job with a new mark; after an unknown outcome, or some of several calls, the job goes on, and is probed
// first where that has to be. What was buried with a create follows it in portions, from a mark that a crash leaves; many
// at once are a row whose place and rate whoever takes up its lease goes on from. An acceptance that nobody waited for any
// more is taken in.
//
// What a write refers to and is not created yet is locked for key share when the write is accepted, so that it cannot be
// created or buried meanwhile. The settle of that create, or a sight with its mark, lets a portion go on, and the scan the
// rest. Every wait is for something accepted earlier.
package job
