// Package demo answers whether an adapter keeps its promises while its vendor misbehaves: it fills an empty mirror, plays
// seven scenes on a running stack, checks each, and says what was done, what was seen and how long it took.
//
// It knows the adapter by its gRPC contract alone, and the vendor by its simulator's control surface.
package demo
