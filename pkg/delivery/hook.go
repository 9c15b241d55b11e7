package delivery

import (
	"context"
	"net/http"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Proof is how far a call has shown that it comes from the vendor.
type Proof uint8

// The proofs.
const (
	Rejected Proof = iota // the zero value: no valid proof, nothing changes
	Verified
	Deferred // cannot be told now; used as a hint at most
)

// Notice is what one part of a call tells.
type Notice struct {
	// Key tells a repeat of the same delivery; unique within the connection. Empty: every call is taken for a new one.
	Key string
	// Ref is the entity that it tells of; a zero Kind is something we do not keep: counted and ignored.
	Ref mirror.Ref
	// Snapshot is the state that the call carries, if the vendor signs and orders it; nil: a hint.
	Snapshot *mirror.Observation
	// Fed says of a hint that a feed of the vendor's will tell the same under the same key, and more: where looks wait, it is left to that.
	Fed bool

	left bool // to the feed
}

// Hook is what is particular about one vendor's webhooks.
type Hook interface {
	// Prove checks a call's proof from its header and exact bytes, in constant time.
	Prove(ctx context.Context, connection string, header http.Header, body []byte) Proof
	// Read is what a proven call tells. An error quarantines it: it is kept for a person, and answered 2xx, because
	// sending it again would not help.
	Read(connection string, body []byte) ([]Notice, error)
}

// Scrubber is a Hook whose calls may hold what must not be kept: of one that cannot be read, only what Scrub leaves is.
type Scrubber interface {
	// Scrub is what of a proven call's body may be kept; Read reads it as it would the body, where it can. nil: nothing may.
	Scrub(body []byte) []byte
}
