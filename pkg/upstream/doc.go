// Package upstream answers what one attempt at a vendor came to: one journalled, gated, signed request, and its answer
// classified.
//
// The request is signed, then passes a chain of http.RoundTrippers, each link in a file of its own:
//
//	sign → trace → journal → gate → verdict → host → deadline → transport
//
// Signing stands before the chain, not inside it. A token that has to be fetched first is itself a call through the chain:
// inside the gate it would wait for a place while its own caller holds one, which a key with one place never gives; and
// a request that cannot be signed should cost no budget. It also makes the one repeat that is allowed, after a refused
// signature, a second request like any other: with its own span, its own row in the journal, its own pass of the gate.
//
// The adapter alone says what an answer means (Classifier). This package adds what no adapter can know: whether the
// request had left when things went wrong.
package upstream
