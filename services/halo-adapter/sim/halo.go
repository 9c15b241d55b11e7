// Package sim answers as HaloPSA does: tickets, actions, lookups, webhooks and sign-in, with the vendor's paging, limits, date
// forms and surprises, and with a fault plan that can be changed while it runs.
//
// It follows the vendor's documents, and what integrators report where these are silent, and knows nothing of any adapter. What
// nobody outside knows for sure is a switch ([Switches]), so that a caller can be tried against each possibility: QUIRKS.md lists
// them, each with its tests. A kind of entity is a file or two: its state, its views, and its entries in the route table.
package sim

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// Config shapes the tenant. The zero value is a tenant with fixed credentials, the usual limit, and no tickets.
type Config struct {
	ClientID     string        // of the API application; empty: "halo-sim-client"
	ClientSecret string        // empty: "halo-sim-secret"
	Tenant       string        // the name of the hosted tenant; empty: self-hosted, none is asked for
	Application  string        // the API application's name; empty: "Integration"
	TokenLife    time.Duration // 0: an hour
	Limit        int           // requests in each window; 0: 300; negative: no limit
	Window       time.Duration // 0: 5 minutes
	PageSize     int           // of the acting agent, for lists without paging; 0: 50
	Tickets      int           // to seed
	Clients      int           // to seed, with a site each; 0: 12
	Users        int           // to seed of each of them; 0: 5
	Quotes       int           // to seed
	Invoices     int           // to seed
	Seed         uint64        // for faults and for made-up content
	WebhookURL   string        // empty: no webhook is configured
	WebhookUser  string        // Basic auth; empty: none
	WebhookPass  string
	Clock        func() time.Time // nil: time.Now
}

// Halo is one simulated tenant.
type Halo struct {
	cfg     Config
	faults  *vendorsim.Faults
	ledger  *vendorsim.Ledger
	stats   *vendorsim.Stats
	limiter *vendorsim.Limiter
	sender  *vendorsim.Sender
	dice    *vendorsim.Dice
	api     http.Handler
	control http.Handler

	tokens   tokens
	options  options
	hook     hook
	shapes   rotation
	tickets  *vendorsim.Shelf[int, *ticket]
	actions  *vendorsim.Shelf[actionKey, *action]
	tables   tables
	files    *vendorsim.Shelf[int, *attachment]
	clients  *kind[clientFields]
	sites    *kind[siteFields]
	users    *kind[userFields]
	quotes   *kind[quoteFields]
	invoices *kind[invoiceFields]

	recurring *kind[invoiceFields]

	writing  sync.Mutex // one change at a time: what is asked, what is stored and what the ledger says stay in one order
	nextID   int        // of tickets
	lastNote map[int]int
	lastLink int
	lastLine int32
	lastFile int
	stamped  time.Time // the latest change stamp given out
}

// New is a tenant as configured; it serves at once, and sends webhooks once Run runs.
func New(cfg Config) *Halo {
	h := &Halo{cfg: cfg.withDefaults()}
	h.faults = vendorsim.NewFaults(vendorsim.FaultsConfig{Seed: h.cfg.Seed, Refuse: h.refuseStatus, Writes: writes})
	h.ledger, h.stats = vendorsim.NewLedger(0), &vendorsim.Stats{}
	h.limiter = vendorsim.NewLimiter(h.cfg.Limit, h.cfg.Window)
	h.sender = vendorsim.NewSender(vendorsim.SenderConfig{Faults: h.faults, Seed: h.cfg.Seed, Clock: h.cfg.Clock, After: h.delivered})
	h.dice = vendorsim.NewDice(h.cfg.Seed + 1)
	h.tickets = vendorsim.NewShelf[int, *ticket](historyDepth, historyHorizon)
	h.actions = vendorsim.NewShelf[actionKey, *action](historyDepth, historyHorizon)
	h.files = vendorsim.NewShelf[int, *attachment](historyDepth, historyHorizon)
	h.clients, h.sites, h.users = h.clientKind(), h.siteKind(), h.userKind()
	h.quotes, h.invoices, h.recurring = h.quoteKind(), h.invoiceKind(), h.recurringKind()
	for _, k := range h.kinds() {
		k.reset()
	}
	h.api = h.stats.Count(h.faults.Wire(h.limited(h.faults.Answers(h.routes()))))
	h.control = h.controls()
	h.reset()
	return h
}

// How much of the past is kept for stale reads.
const (
	historyDepth   = 16
	historyHorizon = 30 * time.Minute
)

func (c Config) withDefaults() Config {
	c.ClientID = orText(c.ClientID, "halo-sim-client")
	c.ClientSecret = orText(c.ClientSecret, "halo-sim-secret")
	c.Application = orText(c.Application, "Integration")
	if c.TokenLife == 0 {
		c.TokenLife = time.Hour
	}
	if c.Limit == 0 {
		c.Limit = 300 // [community: PowerShellWarrantyReports #51, HaloAPI #31]
	}
	if c.Window == 0 {
		c.Window = 5 * time.Minute
	}
	if c.PageSize == 0 {
		c.PageSize = 50 // [community: msp-skills #203]
	}
	if c.Clients == 0 {
		c.Clients = seededClients
	}
	if c.Users == 0 {
		c.Users = usersPerClient
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

// ServeHTTP serves the vendor's API, and the control surface under /control/.
func (h *Halo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/control/") {
		h.control.ServeHTTP(w, r)
		return
	}
	folded := *r // routes of the vendor's framework are found in any case
	address := *r.URL
	address.Path = strings.ToLower(address.Path)
	folded.URL = &address
	h.api.ServeHTTP(w, &folded)
}

// Run sends webhooks until ctx ends.
func (h *Halo) Run(ctx context.Context) error { return h.sender.Run(ctx) }

// reset makes the tenant as new, with its seeded tickets.
func (h *Halo) reset() {
	h.writing.Lock()
	defer h.writing.Unlock()
	h.tokens.revoke()
	h.options.set(DefaultSwitches())
	h.hook.set(h.dice.UUID(), h.cfg.WebhookURL, h.cfg.WebhookUser, h.cfg.WebhookPass)
	h.tickets.Reset()
	h.actions.Reset()
	h.nextID, h.lastNote, h.stamped = firstTicketID, map[int]int{}, time.Time{}
	h.tables.reset()
	h.files.Reset()
	h.lastLine, h.lastFile, h.lastLink = 0, 0, 0
	for _, k := range h.kinds() {
		k.reset()
	}
	h.seed(h.cfg.Tickets)
	h.seedKinds()
}

// now is the time as the vendor's database keeps it.
func (h *Halo) now() time.Time { return h.cfg.Clock().UTC().Truncate(100 * time.Nanosecond) }

func (h *Halo) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !h.limiter.Allow(h.cfg.Clock()) {
			h.faults.Throttle(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// writes says whether a request changes an entity. A token call is a POST and changes none, and so is a report.
func writes(r *http.Request) bool {
	if strings.HasPrefix(r.URL.Path, "/api/report") || strings.HasPrefix(r.URL.Path, "/api/agent/clearcache") {
		return false
	}
	return (r.Method == http.MethodPost || r.Method == http.MethodDelete) && strings.HasPrefix(r.URL.Path, "/api/")
}
