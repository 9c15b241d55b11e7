// Package hook answers what Stripe's webhook calls tell: signed events, each with the state that it left.
package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/delivery"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// Endpoint is one connection as its webhooks need it.
type Endpoint struct {
	Secrets []string // whsec_…: several while one is being replaced; none: no call is believed
	Live    bool     // whether it is of an account that moves real money
	Account string   // the connected account that it is of; empty: the key's own
	Words   translate.Words
	// Standing is how sure it is that the connection's key is still of its account; nil: quite. While nobody knows, calls are hints,
	// and of another account's nothing is taken.
	Standing  func() stripe.Standing
	Registrar *Registrar // that keeps the endpoint, with secrets of its own; nil: a person does
}

// secrets are those that calls may be signed with.
func (p Endpoint) secrets() []string {
	if p.Registrar == nil {
		return p.Secrets
	}
	return slices.Concat(p.Secrets, p.Registrar.Secrets())
}

// Hook reads Stripe's webhooks.
type Hook struct {
	Endpoints map[string]Endpoint // by connection
	// Tolerance is how far from our clock a signature may have been made; 0: 5 min, as Stripe's own libraries have it.
	Tolerance time.Duration
	Now       func() time.Time // nil: time.Now
}

// Prove checks the signature of the exact bytes.
func (h Hook) Prove(ctx context.Context, connection string, header http.Header, body []byte) delivery.Proof {
	now := time.Now
	if h.Now != nil {
		now = h.Now
	}
	tolerance := h.Tolerance
	if tolerance <= 0 {
		tolerance = 5 * time.Minute
	}
	to := h.Endpoints[connection]
	proven := func() bool { return signed(header.Get("Stripe-Signature"), body, to.secrets(), now(), tolerance) }
	if known := proven() || to.Registrar != nil && to.Registrar.Again(ctx) && proven(); !known {
		return delivery.Rejected
	}
	if to.Standing == nil {
		return delivery.Verified
	}
	switch to.Standing() {
	case stripe.Proven:
		return delivery.Verified
	case stripe.Unproven:
		return delivery.Deferred
	default:
		return delivery.Rejected
	}
}

// Read is what one event tells. What is of another account or of the other mode is counted and changes nothing, like what is of
// no kind that is kept: all of it is answered 2xx, or Stripe would go on sending it for days.
func (h Hook) Read(connection string, body []byte) ([]delivery.Notice, error) {
	var e stripe.Event
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("no event: %w", err)
	}
	if e.ID == "" || e.Type == "" {
		return nil, errors.New("no event: it has no id, or no type")
	}
	ignored := []delivery.Notice{{Key: e.ID}}
	to := h.Endpoints[connection]
	if e.Livemode != to.Live || !to.concerns(&e) {
		return ignored, nil
	}
	n, err := to.Words.Event(&e)
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", e.ID, err)
	}
	if n.Ref.Kind == "" {
		return ignored, nil
	}
	thin := e.Related != nil // the feed has it with its object
	all := []delivery.Notice{{Key: e.ID, Ref: n.Ref, Snapshot: n.Snapshot, Fed: thin}}
	for _, i := range to.Words.Items(&e) {
		all = append(all, delivery.Notice{Key: stripe.PartKey(e.ID, i.Ref.VendorID), Ref: i.Ref, Snapshot: i.Snapshot, Fed: thin})
	}
	return all, nil
}

// Scrub is what may be kept of a call that cannot be read: which event it is, and what it is about.
func (Hook) Scrub(body []byte) []byte { return stripe.Outline(body) }

// concerns is whether e is of this account. Events of connected accounts name theirs [official: docs.stripe.com/connect/webhooks].
func (p Endpoint) concerns(e *stripe.Event) bool {
	account := e.Account
	if account == "" && e.Related != nil {
		account = e.Context
	}
	return account == p.Account
}
