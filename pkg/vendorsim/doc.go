// Package vendorsim answers how a simulated vendor misbehaves, what it has done so far, and how a test or a person steers it.
//
// It is the kit that every vendor simulator is made of and knows no vendor: a fault [Plan] that can be changed while it runs
// and [Faults] that plays it, a [Shelf] that remembers what entities were a moment ago, a [Ledger] of every change made, a
// rolling [Limiter], a webhook [Sender], a [Control] surface for all of them, and a [Server] to run the whole.
package vendorsim
