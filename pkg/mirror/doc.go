// Package mirror answers what we know of an entity at a vendor, and in what order we learned it.
//
// Everything that learns about a vendor ends in Store.Apply, whichever way it came; what callers are shown is what the
// vendor last had with the pending writes folded over it. The rules are pure and stand in rules.go (what is newer),
// judge.go (what follows), learn.go and seen.go (what a row then holds) and fold.go (what is shown); the rest moves rows
// between them and Postgres.
package mirror
