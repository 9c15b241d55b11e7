// Package adaptertest answers whether an adapter is done: one suite that every adapter runs against its own simulator.
//
//	func TestMain(m *testing.M) { adaptertest.Main(m) }
//
//	func TestConformance(t *testing.T) { adaptertest.Run(t, described()) }
//
//	func TestNeighbours(t *testing.T) { adaptertest.Neighbours(t, described()) }
//
//	func TestArrows(t *testing.T) { adaptertest.Arrows(t, "halo") }
//
//	func TestREADME(t *testing.T) { adaptertest.README(t, described()) }
//
// An adapter describes itself in an [Adapter] and gets every operation under every fault, every sweep killed after every
// page, every delivery dropped, doubled, late, reordered and forged, every RPC with another connection's names and tokens,
// and everything that is malformed in the same way everywhere. The suite starts the real adapter on real Postgres and
// JetStream: [Kit] is what it stands on, and an adapter's own tests of its vendor's quirks may stand on it too.
package adaptertest
