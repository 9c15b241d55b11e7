// Package sweep answers how Stripe is asked what has changed: its feed of events tells of every kind, and the lists of each kind
// bring what was there before, and what no event tells.
package sweep

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/mirror"
	"github.com/breakwater-acl/breakwater/pkg/sweep"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// Account is one connection as sweeps need it.
type Account struct {
	Stripe *stripe.Client
	Words  translate.Words
}

// Accounts are all connections, by name.
type Accounts map[string]Account

// Config is how often is asked. Every page is a read, of which Stripe allows so many a month [official: rate-limits].
type Config struct {
	Events   time.Duration
	Lists    time.Duration // between two pages of anything else than payments
	Payments time.Duration // between two pages of payments, of the newest ones, and of those that may still move
	// Lag is how far behind now the feed is read: what is newest in it is not complete yet [community: 5 s to 5 min].
	Lag time.Duration
	// Overlap is how far before its last end the feed is read again: what was late to be seen is found so [community: up to 10 min].
	Overlap time.Duration
	// Unended finds the payments that may still move, of whose edits no event tells; nil: they come round with all others.
	Unended Unended
	// Scarce reports that the reads which are allowed run low: lists are read less often then; nil: they never do.
	Scarce func(connection string) bool
	Log    *slog.Logger
}

// feed is the name of the feed among the kinds.
const feed = "event"

// Plans are the sweeps of this adapter. The lists wait for the feed: what changes while they are walked stands there.
func Plans(as Accounts, c Config) []sweep.Plan {
	events := feeder{accounts: as, lag: c.Lag, overlap: c.Overlap, pages: maxPages, log: c.Log, now: time.Now}
	customers := lister(as, c, "customer", (*stripe.Client).Customers, translate.Words.Customer)
	customers.names = true
	payments := lister(as, c, "payment", (*stripe.Client).Payments, translate.Words.Payment)
	payments.newest, payments.unended = true, c.Unended
	refunds := lister(as, c, "refund", (*stripe.Client).Refunds, translate.Words.Refund)
	products := lister(as, c, "product", (*stripe.Client).Products, translate.Words.Product)
	products.names = true
	prices := lister(as, c, "price", prices, translate.Words.Price)
	prices.names = true
	invoices := lister(as, c, "invoice", (*stripe.Client).Invoices, translate.Words.Invoice)
	invoices.names = true
	subscriptions := lister(as, c, "subscription", (*stripe.Client).Subscriptions, translate.Words.Subscription)
	return []sweep.Plan{
		{Kind: feed, Feeds: []string{"customer", "payment", "refund", "product", "price", "subscription", "invoice", "item"}, Lag: c.Lag, Every: c.Events, Next: events.next},
		{Kind: "customer", After: feed, Every: c.Lists, Next: customers.next},
		{Kind: "payment", After: feed, Every: c.Payments, Next: payments.next},
		{Kind: "refund", After: feed, Every: c.Lists, Next: refunds.next},
		{Kind: "product", After: feed, Every: c.Lists, Next: products.next},
		{Kind: "price", After: feed, Every: c.Lists, Next: prices.next},
		{Kind: "subscription", After: feed, Every: c.Lists, Next: subscriptions.next},
		{Kind: "invoice", After: feed, Every: c.Lists, Next: invoices.next},
		{Kind: "item", After: "invoice", Every: c.Lists, Next: itemList{as, c.Scarce}.next},
	}
}

// read reads a place; the zero value for an empty one.
func read[P any](place []byte) (P, error) {
	var p P
	if len(place) == 0 {
		return p, nil
	}
	if err := json.Unmarshal(place, &p); err != nil {
		return p, fmt.Errorf("read the cursor: %w", err)
	}
	return p, nil
}

func write(p any) []byte {
	b, err := json.Marshal(p)
	if err != nil { // numbers, texts and times always marshal
		return nil
	}
	return b
}

// drifted is a row whose translation says what is wrong with it.
func drifted(ref mirror.Ref, raw []byte, err error) sweep.Drift {
	f := fault.Of(err)
	return drift(ref.Kind, ref.VendorID, f.Field, f.Message, raw)
}

// drift is a row that cannot be read, for a person.
func drift(kind, id, field, message string, raw []byte) sweep.Drift {
	return sweep.Drift{Ref: mirror.Ref{Kind: kind, VendorID: id}, Field: field, Missing: field != "", Message: message, Payload: raw}
}
