package sim

import (
	"fmt"
	"slices"
	"sync"
)

// Switches choose among behaviours that differ between accounts, or that nobody outside the vendor knows.
type Switches struct {
	DefaultVersion   string  `json:"default_version"`      // of the account, for events and for calls that name none; empty: the configured one
	ThrottleAs       string  `json:"throttle_as"`          // what a made-up 429 is: a reason of a limiter, or lock_timeout
	ShouldRetry      string  `json:"should_retry"`         // Stripe-Should-Retry of made-up errors: "", true, false
	InUseType        string  `json:"in_use_type"`          // type of the 409 of a key under way: invalid_request_error, idempotency_error
	WriteMS          int     `json:"write_ms"`             // how long a POST takes before anything is decided
	FeedLagSeconds   float64 `json:"feed_lag_seconds"`     // an event is visible in the feed up to so much later
	TwinRate         float64 `json:"twin_rate"`            // share of changes that make two events
	WebhookPayload   string  `json:"webhook_payload"`      // snapshot, thin
	AutoDisable      int     `json:"auto_disable"`         // failures in a row after which an endpoint is disabled; 0: never
	PlainHooksInLive bool    `json:"plain_hooks_in_live"`  // http endpoints in live mode
	TestCardsInLive  bool    `json:"test_cards_in_live"`   // test methods in live mode
	UnknownOwner     string  `json:"unknown_owner"`        // a list of what belongs to nothing that exists: refused, empty
	SecondDelete     string  `json:"second_delete"`        // of a customer: missing, stub
	SettleSeconds    int64   `json:"settle_seconds"`       // until a charge has its balance transaction, and a slow payment its end
	ReturnURL        bool    `json:"return_url_required"`  // to confirm a payment that may redirect
	RefundsBegin     string  `json:"refunds_begin"`        // succeeded, pending, requires_action
	NoBalance        bool    `json:"insufficient_balance"` // refunds are refused for want of money
	EmptyInvoice     string  `json:"empty_invoice"`        // finalizing one without lines: refused, paid
	OpenMemo         bool    `json:"open_memo"`            // description and footer of a final invoice may change
	SendFinalizes    bool    `json:"send_finalizes"`       // sending a draft finalizes it; otherwise it is refused
	InvoiceTwins     bool    `json:"invoice_twins"`        // invoice.updated beside every other event of an invoice
	PausedIsEvent    bool    `json:"pause_is_event"`       // pausing collection tells customer.subscription.paused too
	CurrencyIsEvent  bool    `json:"currency_is_event"`    // a customer's first invoice, which settles its currency, tells customer.updated [unsure]
	UpcomingID       bool    `json:"upcoming_id"`          // the invoice of invoice.upcoming has an id, though nothing can be read by it
	ShuffleEvents    bool    `json:"shuffle_events"`       // the events of one change come in any order
}

// DefaultSwitches is what is documented, or else what most reports say.
func DefaultSwitches() Switches {
	return Switches{
		ThrottleAs: "global-rate", InUseType: "invalid_request_error", WebhookPayload: "snapshot", UnknownOwner: "refused", SecondDelete: "missing", SettleSeconds: 1,
		ReturnURL: true, RefundsBegin: "succeeded", EmptyInvoice: "refused", SendFinalizes: true, InvoiceTwins: true, CurrencyIsEvent: true,
	}
}

// Validate says which switch has a position that does not exist.
func (s Switches) Validate() error {
	choices := []struct {
		name, value string
		allowed     []string
	}{
		{"throttle_as", s.ThrottleAs, []string{"global-rate", "global-concurrency", "endpoint-rate", "endpoint-concurrency", "resource-specific", "lock_timeout"}},
		{"should_retry", s.ShouldRetry, []string{"", "true", "false"}},
		{"in_use_type", s.InUseType, []string{"invalid_request_error", "idempotency_error"}},
		{"webhook_payload", s.WebhookPayload, []string{"snapshot", "thin"}},
		{"unknown_owner", s.UnknownOwner, []string{"refused", "empty"}},
		{"second_delete", s.SecondDelete, []string{"missing", "stub"}},
		{"refunds_begin", s.RefundsBegin, []string{"succeeded", "pending", "requires_action"}},
		{"empty_invoice", s.EmptyInvoice, []string{"refused", "paid"}},
	}
	for _, c := range choices {
		if !slices.Contains(c.allowed, c.value) {
			return fmt.Errorf("%s is %q: one of %q", c.name, c.value, c.allowed)
		}
	}
	if !knownVersion(s.DefaultVersion) {
		return fmt.Errorf("default_version is %q: a dated version", s.DefaultVersion)
	}
	if !(s.TwinRate >= 0 && s.TwinRate <= 1) || !(s.FeedLagSeconds >= 0 && s.FeedLagSeconds <= 86400) {
		return fmt.Errorf("twin_rate is %v and feed_lag_seconds %v: a rate from 0 to 1, and at most a day", s.TwinRate, s.FeedLagSeconds)
	}
	if s.WriteMS < 0 || s.WriteMS > 60_000 || s.SettleSeconds < 0 || s.AutoDisable < 0 {
		return fmt.Errorf("write_ms is %d, settle_seconds %d, auto_disable %d: none is negative, and a write takes at most a minute", s.WriteMS, s.SettleSeconds, s.AutoDisable)
	}
	return nil
}

// options holds the switches while the account runs.
type options struct {
	mu       sync.Mutex
	switches Switches
}

func (o *options) get() Switches {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.switches
}

func (o *options) set(s Switches) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.switches = s
}

// SetSwitches replaces the switches if every position exists.
func (s *Stripe) SetSwitches(next Switches) error {
	if err := next.Validate(); err != nil {
		return err
	}
	s.options.set(next)
	return nil
}

// Switches is the positions as they are now.
func (s *Stripe) Switches() Switches {
	now := s.options.get()
	now.DefaultVersion = orText(now.DefaultVersion, s.cfg.DefaultVersion)
	return now
}
