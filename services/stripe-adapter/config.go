package main

import (
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/adapter"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Config is every knob of the stripe-adapter.
type Config struct {
	adapter.Settings `yaml:",inline"`
	Stripe           Stripe    `yaml:"stripe"`
	Accounts         []Account `yaml:"connections" validate:"required,min=1,unique=Name,dive"`
}

// Stripe is what is not known of Stripe, or a choice, and holds for all accounts of this adapter.
type Stripe struct {
	// ReadLag is how long Stripe may serve a state after it changed; it documents none, and with one every hint costs two
	// reads; default 0.
	ReadLag time.Duration `yaml:"read_lag" validate:"gte=0"`
	// SecondLook is the least time between the two 404s that make a tombstone; default 2 min.
	SecondLook time.Duration `yaml:"second_look" validate:"gte=0"`
	// RefreshAfter is the age from which a write is preceded by a look; default 1 min.
	RefreshAfter time.Duration `yaml:"refresh_after" validate:"gte=0"`
	// AnnounceWithin is how long Stripe's webhooks take at most; default 2 min.
	AnnounceWithin time.Duration `yaml:"announce_within" validate:"gte=0"`
	// Settling is how long after an unanswered request its effect may still appear, past its key's life; default 10 min.
	Settling time.Duration `yaml:"settling" validate:"gte=0"`
	// Repair is for how long a job keeps its key though Stripe answers nothing but a failure under it: what was asked may be brought
	// about by hand until then; default 23 h, as long as Stripe remembers a key.
	Repair time.Duration `yaml:"repair" validate:"gte=0"`
	// Tolerance is how far from our clock a webhook may have been signed; default 5 min.
	Tolerance time.Duration `yaml:"tolerance" validate:"gte=0"`
	// Patience is how long a look waits that only an event asks for, while the reads that are allowed run low: later events join it, and a
	// page of a list spares it; default 1 h, as often as the newest payments are listed.
	Patience time.Duration `yaml:"patience" validate:"gte=0"`
	Sweep    Sweeps        `yaml:"sweep"`
	Endpoint Endpoints     `yaml:"endpoint"`
}

// Endpoints is how the webhook endpoints are kept at Stripe of the connections that have a webhook.public_url.
type Endpoints struct {
	Every   time.Duration `yaml:"every" validate:"gte=0"`   // between two looks at it, each of which is a read; default 1 h
	Rotate  time.Duration `yaml:"rotate" validate:"gte=0"`  // how old its secret may become; default 90 days
	Overlap time.Duration `yaml:"overlap" validate:"gte=0"` // for how long the old one is good still; default 1 h
}

// Account is one connection: a Stripe account with a key for it, or a connected account that a platform's key acts for.
type Account struct {
	adapter.Connection `yaml:",inline"`
	// BaseURL is where Stripe is; default https://api.stripe.com.
	BaseURL string `yaml:"base_url" validate:"omitempty,http_url"`
	// Key is a secret or restricted key; its prefix says whether it moves real money.
	Key string `yaml:"key" validate:"required,startsnotwith=pk_"`
	// Account is the connected account to act for: acct_…; default the key's own.
	Account string `yaml:"account" validate:"omitempty,startswith=acct_"`
	// WebhookSecrets are what its webhooks are signed with: whsec_…; two while one is being replaced.
	WebhookSecrets []string `yaml:"webhook_secrets" validate:"max=5,dive,required"`
	// ReadsPerMonth is how many reads Stripe allows in 30 days: 500 for each transaction, and never less than 10,000; default
	// that least. Webhooks bring states without any.
	ReadsPerMonth int `yaml:"reads_per_month" validate:"gte=0"`
	// ReadsLow is the part of our share of them from which on they run low: what an event leaves open waits then, and lists are read less
	// often; default 0.78, which is 70 % of all that Stripe allows.
	ReadsLow float64 `yaml:"reads_low" validate:"gte=0,lt=1"`
}

// Sweeps is how often is asked what has changed. Each page is a read.
type Sweeps struct {
	Events   time.Duration `yaml:"events" validate:"gte=0"`   // the feed of events; default 15 min
	Payments time.Duration `yaml:"payments" validate:"gte=0"` // three pages of payments, whose edits no event tells; default 1 h
	Lists    time.Duration `yaml:"lists" validate:"gte=0"`    // a page each of every other kind; default 6 h
	// Lag is how far behind now the feed is read; default 1 min.
	Lag time.Duration `yaml:"lag" validate:"gte=0"`
	// Overlap is how far before its last end the feed is read again: events become visible late and out of order; default 10 min.
	Overlap time.Duration `yaml:"overlap" validate:"gte=0"`
}

// Common is where the settings are kept that every adapter has.
func (c *Config) Common() *adapter.Settings { return &c.Settings }

// Complete fills in what the file left out.
func (c *Config) Complete() {
	c.Stripe.complete()
	c.Retention.Deliveries = max(c.Retention.Deliveries, remembered)
	for i := range c.Accounts {
		c.Accounts[i].complete()
	}
}

// remembered is the least time for which is known what webhooks have told: as long as the feed of events goes back, and a day [official:
// OpenAPI]. Otherwise a feed that is read again after a long time would tell of all that once more: nothing would be wrong, but each
// entry would cost a look, and count as missed.
const remembered = 31 * 24 * time.Hour

// Connections are the common knobs of each account.
func (c *Config) Connections() []adapter.Connection {
	cs := make([]adapter.Connection, 0, len(c.Accounts))
	for i := range c.Accounts {
		cs = append(cs, c.Accounts[i].Connection)
	}
	return cs
}

// complete fills in what is left out.
func (s *Stripe) complete() {
	fill(&s.SecondLook, 2*time.Minute)
	fill(&s.RefreshAfter, time.Minute)
	fill(&s.AnnounceWithin, 2*time.Minute)
	fill(&s.Settling, 10*time.Minute)
	fill(&s.Repair, stripe.KeyLife)
	fill(&s.Tolerance, 5*time.Minute)
	fill(&s.Patience, time.Hour)
	fill(&s.Sweep.Events, 15*time.Minute)
	fill(&s.Sweep.Payments, time.Hour)
	fill(&s.Sweep.Lists, 6*time.Hour)
	fill(&s.Sweep.Lag, time.Minute)
	fill(&s.Sweep.Overlap, 10*time.Minute)
	fill(&s.Endpoint.Every, lookEvery)
	fill(&s.Endpoint.Rotate, rotate)
	fill(&s.Endpoint.Overlap, overlap)
}

// month is the window of the read allowance, which rolls [official: docs.stripe.com/rate-limits].
const month = 30 * 24 * time.Hour

// complete fills in what an account leaves out: 100 requests a second, 25 in a sandbox, of which a part is ours, and the read
// allowance [official: docs.stripe.com/rate-limits, copy of 2026-04].
func (a *Account) complete() {
	fill(&a.BaseURL, stripe.Address)
	fill(&a.ReadsPerMonth, 10_000)
	fill(&a.ReadsLow, 0.78)
	fill(&a.Concurrency, 10)
	if a.Limit == (adapter.LimitSettings{}) {
		a.Limit = adapter.LimitSettings{Calls: 25, Window: time.Second, Share: 0.8, Burst: 5}
		if a.live() {
			a.Limit = adapter.LimitSettings{Calls: 100, Window: time.Second, Share: 0.3, Burst: 10}
		}
	}
	if len(a.Limits) == 0 {
		a.Limits = []adapter.LimitSettings{{Calls: a.ReadsPerMonth, Window: month, Share: 0.9, Burst: a.ReadsPerMonth / 10, Reads: true}}
	}
	for i := range a.Limits {
		if a.Limits[i].Reads {
			fill(&a.Limits[i].Low, a.ReadsLow)
		}
	}
}

// client is how the account is called.
func (a *Account) client(keep stripe.Keep) stripe.Config {
	return stripe.Config{BaseURL: a.BaseURL, Key: a.Key, Account: a.Account, Keep: keep}
}

// hookURL is where Stripe calls us for the account.
func (a *Account) hookURL() string {
	return strings.TrimRight(a.Webhook.PublicURL, "/") + "/webhooks/" + a.Name + "/" + a.Webhook.Path
}

// live is whether the account moves real money.
func (a *Account) live() bool { return a.client(nil).Live() }

func fill[T comparable](v *T, fallback T) {
	var zero T
	if *v == zero {
		*v = fallback
	}
}
