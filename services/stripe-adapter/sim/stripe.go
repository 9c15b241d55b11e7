// Package sim answers as Stripe does: customers, payments, refunds, invoices, subscriptions, the catalogue, the event feed and
// signed webhooks, with the vendor's forms, idempotency keys, limits and surprises, and with a fault plan that can be changed
// while it runs.
//
// It follows the vendor's documents and its OpenAPI description, and what its clients do where these are silent, and knows
// nothing of any adapter. What nobody outside knows for sure is a switch ([Switches]), so that a caller can be tried against each
// possibility. A kind of object is a file or three: its state, how it moves, and its entries in the route table. Not played:
// prorations, taxes, discounts, smart retries of collection, search, checkout, and the API's second version.
package sim

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Config shapes the account. The zero value is an empty account in test mode with a fixed key and the usual limits.
type Config struct {
	Key            string   // secret key; empty: "sk_test_sim", or "sk_live_sim"
	RestrictedKey  string   // a second key, good for Grants only; empty: none
	Grants         []string // "customers:write", "events:read"; writing includes reading
	Account        string   // id of the account; empty: "acct_sim"
	Connected      []string // ids of accounts that the key may act for by Stripe-Account
	Live           bool     // live mode: other limits, another schedule of retries
	DefaultVersion string   // of the account: events are rendered in it; empty: "2025-01-27.acacia"
	Limit          int      // requests a second; 0: 25, live 100; negative: no limit
	EndpointLimit  int      // requests a second to each operation; 0: 25; negative: no limit
	// RetryAfter is how long after each failed attempt a webhook is tried again; nil: the guess that is documented at
	// retrySchedule. Empty and not nil: never.
	RetryAfter []time.Duration
	Webhook    Webhook
	Customers  int    // to seed
	Payments   int    // to seed, of those customers
	Seed       uint64 // for faults and for made-up content
	Clock      func() time.Time
}

// Webhook is an endpoint that a person has registered for all events, whose secret is known beforehand.
type Webhook struct {
	URL     string // empty: there is none
	Secret  string // whsec_…; empty: any
	Version string // in which its events are rendered; empty: the account's
}

// Stripe is one simulated platform: an account, and those connected to it.
type Stripe struct {
	cfg     Config
	faults  *vendorsim.Faults
	ledger  *vendorsim.Ledger
	stats   *vendorsim.Stats
	global  *vendorsim.Limiter
	sender  *vendorsim.Sender
	dice    *vendorsim.Dice
	api     http.Handler
	control http.Handler

	skew     atomic.Int64 // by which the control surface has moved the clock
	expired  atomic.Bool  // the key has run out
	options  options
	keys     keyring
	reads    allowance
	paces    paces
	accounts map[string]*account // by id; what each keeps changes, the map does not
	writing  sync.Mutex          // one change at a time: what is asked, what is stored and what the ledger says stay in one order
	serial   int64               // of the latest object made
	ticked   int64               // the second in which time last acted
	tidied   int64               // the second in which what is too old was last forgotten
	retries  []retry
}

// New is an account as configured; it serves at once, and sends webhooks once Run runs.
func New(cfg Config) *Stripe {
	s := &Stripe{cfg: cfg.withDefaults(), accounts: map[string]*account{}}
	for _, id := range append([]string{s.cfg.Account}, s.cfg.Connected...) {
		s.accounts[id] = newAccount(id)
	}
	s.faults = vendorsim.NewFaults(vendorsim.FaultsConfig{Seed: s.cfg.Seed, Refuse: s.refuseStatus, Writes: writes, Applied: applied})
	s.ledger, s.stats = vendorsim.NewLedger(0), &vendorsim.Stats{}
	s.global = vendorsim.NewLimiter(s.cfg.Limit, time.Second)
	s.sender = vendorsim.NewSender(vendorsim.SenderConfig{Faults: s.faults, Seed: s.cfg.Seed, Clock: s.time, Client: hookClient(), Prepare: s.sign, After: s.delivered})
	s.dice = vendorsim.NewDice(s.cfg.Seed + 1)
	s.api = s.stats.Count(s.faults.Wire(s.routes()))
	s.control = s.controls()
	s.reset()
	return s
}

func (c Config) withDefaults() Config {
	mode, limit := "test", 25 // [official: rate-limits, copy of 2026-04]
	if c.Live {
		mode, limit = "live", 100
	}
	c.Key = orText(c.Key, "sk_"+mode+"_sim")
	c.Account = orText(c.Account, "acct_sim")
	c.DefaultVersion = orText(c.DefaultVersion, "2025-01-27.acacia")
	c.Limit = orNumber(c.Limit, limit)
	c.EndpointLimit = orNumber(c.EndpointLimit, 25)
	if c.RetryAfter == nil {
		c.RetryAfter = retrySchedule(c.Live)
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	return c
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func orNumber(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// ServeHTTP serves the vendor's API, and the control surface under /control/.
func (s *Stripe) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/control/") {
		s.control.ServeHTTP(w, r)
		return
	}
	s.Tick()
	s.api.ServeHTTP(w, r)
}

// Run sends webhooks and lets time act until ctx ends.
func (s *Stripe) Run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- s.sender.Run(ctx) }()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return <-done
		case <-ticker.C:
			s.Tick()
		}
	}
}

// reset makes the account as new, with its seeded customers. The clock stays where it was moved to.
func (s *Stripe) reset() {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.expired.Store(false)
	s.options.set(DefaultSwitches())
	s.keys.reset()
	s.reads.reset()
	s.paces.reset()
	s.serial, s.ticked, s.tidied, s.retries = 0, 0, s.now(), nil
	for _, a := range s.accounts {
		a.reset()
	}
	s.seedEndpoint()
	s.seed(s.cfg.Customers, s.cfg.Payments)
}

// time is the vendor's clock.
func (s *Stripe) time() time.Time { return s.cfg.Clock().Add(time.Duration(s.skew.Load())).UTC() }

// now is the time as objects carry it: whole seconds.
func (s *Stripe) now() int64 { return s.time().Unix() }

// Advance moves the vendor's clock forward and lets what is due happen.
func (s *Stripe) Advance(by time.Duration) {
	s.skew.Add(int64(by))
	s.Tick()
}

func writes(r *http.Request) bool {
	return r.Method == http.MethodPost || r.Method == http.MethodDelete
}

// applied is whether an answer means that something has changed: a declined payment is one that was tried. [official: OpenAPI
// payment_intents confirm]
func applied(status int) bool {
	return status < http.StatusMultipleChoices || status == http.StatusPaymentRequired
}
