package vendorsim

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Plan is how the vendor misbehaves from now on. The zero value is a calm vendor. Rates are shares of requests, 0 to 1.
type Plan struct {
	ErrorRate   float64 `json:"error_rate"`   // any request is refused before it does anything
	ErrorStatus int     `json:"error_status"` // with this status; 0: 500
	HTMLErrors  bool    `json:"html_errors"`  // made-up errors come as a proxy's 502 page instead of the vendor's own words

	FailBeforeCommit float64 `json:"fail_before_commit"` // a write is answered 500 and not applied
	FailAfterCommit  float64 `json:"fail_after_commit"`  // a write is applied and answered 500
	HangAfterApply   Hang    `json:"hang_after_apply"`   // a write is applied, then silence
	LoseAnswers      int     `json:"lose_answers"`       // so many of the next applied writes lose their connection instead of an answer; counts down

	ThrottleRate      float64 `json:"throttle_rate"`       // any request is answered 429
	RetryAfterSeconds int     `json:"retry_after_seconds"` // sent with every 429; 0: no header

	LatencyMS       int  `json:"latency_ms"`        // before any work is done
	LatencyJitterMS int  `json:"latency_jitter_ms"` // up to so much on top
	Outage          bool `json:"outage"`            // connections are closed at once

	AbsentAfterCreateSeconds float64 `json:"absent_after_create_seconds"` // reading one entity younger than this is a 404
	StaleReadSeconds         float64 `json:"stale_read_seconds"`          // reads show the state of so long ago

	Webhooks WebhookFaults `json:"webhooks"`

	ExpireTokens bool `json:"expire_tokens"` // revokes every token issued so far, once, then turns itself off
	RevokeKeys   bool `json:"revoke_keys"`   // the credentials are refused, and what was issued for them

	Drift Drift `json:"drift"`

	Routes []string `json:"routes"` // path prefixes, in any case, that the faults of requests are limited to; empty: everywhere
}

// Hang is a share of writes that are applied and then get no answer: after the time the connection is closed.
type Hang struct {
	Rate    float64 `json:"rate"`
	AfterMS int     `json:"after_ms"`
}

// WebhookFaults is what happens to deliveries on their way.
type WebhookFaults struct {
	Drop      float64 `json:"drop"`
	Duplicate float64 `json:"duplicate"`
	Reorder   float64 `json:"reorder"` // overtaken by the next one
	DelayMS   int     `json:"delay_ms"`
}

// Drift is a schema that changed overnight: in every answer, at every depth.
type Drift struct {
	Drop   []string `json:"drop"`   // fields that are gone
	Retype []string `json:"retype"` // fields that have another JSON type
}

// Validate says what is wrong with a plan; nil if it can be played.
func (p Plan) Validate() error {
	rates := map[string]float64{
		"error_rate": p.ErrorRate, "fail_before_commit": p.FailBeforeCommit, "fail_after_commit": p.FailAfterCommit,
		"hang_after_apply.rate": p.HangAfterApply.Rate, "throttle_rate": p.ThrottleRate, "webhooks.drop": p.Webhooks.Drop,
		"webhooks.duplicate": p.Webhooks.Duplicate, "webhooks.reorder": p.Webhooks.Reorder,
	}
	for name, rate := range rates {
		if !(rate >= 0 && rate <= 1) {
			return fmt.Errorf("%s is %v: a rate is between 0 and 1", name, rate)
		}
	}
	amounts := map[string]float64{
		"hang_after_apply.after_ms": float64(p.HangAfterApply.AfterMS), "lose_answers": float64(p.LoseAnswers),
		"retry_after_seconds": float64(p.RetryAfterSeconds), "latency_ms": float64(p.LatencyMS),
		"latency_jitter_ms": float64(p.LatencyJitterMS), "absent_after_create_seconds": p.AbsentAfterCreateSeconds,
		"stale_read_seconds": p.StaleReadSeconds, "webhooks.delay_ms": float64(p.Webhooks.DelayMS),
	}
	for name, amount := range amounts {
		if !(amount >= 0 && amount <= 1e9) {
			return fmt.Errorf("%s is %v: an amount is between 0 and 1e9", name, amount)
		}
	}
	if p.ErrorStatus != 0 && (p.ErrorStatus < 400 || p.ErrorStatus > 599) {
		return fmt.Errorf("error_status is %d: an error is between 400 and 599", p.ErrorStatus)
	}
	return nil
}

// Absent is how young an entity must be to be answered with a 404.
func (p Plan) Absent() time.Duration { return seconds(p.AbsentAfterCreateSeconds) }

// Stale is how old the state is that reads show.
func (p Plan) Stale() time.Duration { return seconds(p.StaleReadSeconds) }

func (p Plan) covers(path string) bool {
	for _, prefix := range p.Routes {
		if len(path) >= len(prefix) && strings.EqualFold(path[:len(prefix)], prefix) {
			return true
		}
	}
	return len(p.Routes) == 0
}

func (p Plan) errorStatus() int {
	if p.ErrorStatus == 0 {
		return http.StatusInternalServerError
	}
	return p.ErrorStatus
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }
