package stripe

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

// The reasons of Stripe's refusals.
const (
	ReasonRefused      = "REFUSED"
	ReasonDeclined     = "DECLINED"
	ReasonState        = "UNEXPECTED_STATE"
	ReasonKeyMismatch  = "IDEMPOTENCY_MISMATCH" // the key was used for something else: ours are derived wrongly
	ReasonKeyInUse     = "IDEMPOTENCY_KEY_IN_USE"
	ReasonUnauthorized = "UNAUTHORIZED"
	ReasonForbidden    = "FORBIDDEN"
	ReasonNotFound     = "NOT_FOUND"
	ReasonMissing      = "REFERENCE_MISSING" // what the request refers to is not there
	ReasonOtherMode    = "OTHER_MODE"
	ReasonConflict     = "CONFLICT"
	ReasonLocked       = "LOCKED"
	ReasonThrottled    = "THROTTLED"
	ReasonPaced        = "OBJECT_THROTTLED"    // one object is changed too often: no matter of the account's budget
	ReasonPacedRoute   = "OPERATION_THROTTLED" // one operation is called too often
	ReasonServerError  = "SERVER_ERROR"
	ReasonUnexpected   = "UNEXPECTED_ANSWER"
	ReasonNotJSON      = "NOT_JSON"
	ReasonUnwritable   = "UNWRITABLE"
)

// verdict is what an answer means: open says that a write may have been applied all the same.
type verdict struct {
	kind   fault.Kind
	reason string
	open   bool
	after  time.Duration
}

// classify is what an answer means: the table of what follows from each outcome [official: docs.stripe.com/error-low-level,
// /error-codes, /rate-limits]. Types of error are not looked at: for one of them, sources disagree.
func classify(_ string, r *upstream.Response) *fault.Error {
	if r.Status < 300 {
		return readable(r)
	}
	if r.Status < 400 {
		return nil // upstream's own matter
	}
	c, said := complaintOf(r.Body)
	v := meaning(r, c)
	if !said && r.Status < 500 && r.Status != http.StatusTooManyRequests {
		v = verdict{kind: fault.Unavailable, reason: ReasonUnexpected, open: true} // somebody's between us and Stripe
	}
	v = obey(r.Header.Get("Stripe-Should-Retry"), v)
	return kept(r, &fault.Error{
		Kind: v.kind, Reason: v.reason, Code: c.Code, Field: c.Param, Message: c.words(), MayApply: v.open && writes(r), RetryAfter: v.after,
	})
}

func writes(r *upstream.Response) bool { return r.Method != http.MethodGet }

// kept says of a failed write what follows from its key. What was executed is kept under it, whatever came of it, and replayed for a
// day [official: docs.stripe.com/api/idempotent_requests]: a replayed refusal is the answer to the first attempt, and as a decline is
// never one of what was refused unlooked at, nothing can have been executed under the key before it.
func kept(r *upstream.Response, f *fault.Error) *fault.Error {
	if !writes(r) {
		return f
	}
	replayed := r.Header.Get(replayedHeader) == "true"
	f.Settles = !f.MayApply && (replayed || r.Status == http.StatusPaymentRequired)
	f.Spent = replayed || f.Kind == fault.NotFound || f.Reason == ReasonKeyMismatch
	return f
}

const replayedHeader = "Idempotent-Replayed"

func meaning(r *upstream.Response, c complaint) verdict {
	switch {
	case c.stops():
		return verdict{kind: fault.Unauthorized, reason: ReasonUnauthorized}
	case c.Code == "payment_intent_rate_limit_exceeded": // 1,000 updates an hour of one
		return verdict{kind: fault.Conflict, reason: ReasonPaced, after: 10 * time.Minute}
	}
	switch r.Status {
	case http.StatusUnauthorized:
		return verdict{kind: fault.Unauthorized, reason: ReasonUnauthorized}
	case http.StatusPaymentRequired:
		return verdict{kind: fault.Invalid, reason: ReasonDeclined}
	case http.StatusForbidden:
		if writes(r) {
			return verdict{kind: fault.Invalid, reason: ReasonForbidden}
		}
		return verdict{kind: fault.Hidden, reason: ReasonForbidden}
	case http.StatusNotFound:
		return missing(c)
	case http.StatusConflict:
		if c.Code == "idempotency_key_in_use" { // the request that came first is under way
			return verdict{kind: fault.Conflict, reason: ReasonKeyInUse, open: true}
		}
		return verdict{kind: fault.Conflict, reason: ReasonConflict}
	case http.StatusFailedDependency: // as indeterminate as a 500 [unsure]
		return verdict{kind: fault.Unavailable, reason: ReasonServerError, open: true}
	case http.StatusTooManyRequests:
		return limited(r, c)
	}
	if r.Status >= 500 {
		return verdict{kind: fault.Unavailable, reason: ReasonServerError, open: true}
	}
	return refused(c)
}

// missing tells an object that is not there from one that our key cannot see, as it is of the other mode.
func missing(c complaint) verdict {
	if c.Code == "livemode_mismatch" || strings.Contains(c.Message, "a similar object exists in") {
		return verdict{kind: fault.Hidden, reason: ReasonOtherMode}
	}
	return verdict{kind: fault.NotFound, reason: ReasonNotFound}
}

// limited: only an answer that says by which limit, or nothing at all, is a limiter's; the others are locks on one object. Of the limiters those of an
// operation, or of an object, hold nothing else up.
func limited(r *upstream.Response, c complaint) verdict {
	switch r.Header.Get("Stripe-Rate-Limited-Reason") {
	case "endpoint-rate", "endpoint-concurrency":
		return verdict{kind: fault.Throttled, reason: ReasonPacedRoute}
	case "resource-specific":
		return verdict{kind: fault.Conflict, reason: ReasonPaced, after: time.Minute}
	}
	if r.Header.Get("Stripe-Rate-Limited-Reason") != "" || c.Code == "rate_limit" || c == (complaint{}) {
		return verdict{kind: fault.Throttled, reason: ReasonThrottled}
	}
	return verdict{kind: fault.Conflict, reason: ReasonLocked}
}

// refused is what can never succeed as it was asked.
func refused(c complaint) verdict {
	switch {
	case c.Type == "idempotency_error":
		return verdict{kind: fault.Invalid, reason: ReasonKeyMismatch, open: true} // what was made under it, nobody can tell
	case c.Code == "resource_missing":
		return verdict{kind: fault.Invalid, reason: ReasonMissing}
	case c.state():
		return verdict{kind: fault.Invalid, reason: ReasonState}
	}
	return verdict{kind: fault.Invalid, reason: ReasonRefused}
}

// obey puts Stripe's own word over the table: told to repeat, what would be given up is tried again; told not to, what would be
// is given up, unless it may have been applied. That one is repeated under its key, which asks for nothing but the answer kept. A card
// that was declined is tried again only where a person wants it to be.
func obey(should string, v verdict) verdict {
	switch {
	case v.reason == ReasonKeyMismatch, v.reason == ReasonDeclined:
	case should == "true" && (v.kind == fault.Invalid || v.kind == fault.Hidden || v.kind == fault.NotFound):
		v.kind = fault.Unavailable
	case should == "false" && !v.open && (v.kind == fault.Conflict || v.kind == fault.Unavailable || v.kind == fault.Throttled):
		v.kind = fault.Invalid
	}
	return v
}

// readable is nil if a success can be read at all; a proxy's page cannot.
func readable(r *upstream.Response) *fault.Error {
	if json.Valid(r.Body) {
		return nil
	}
	return &fault.Error{Kind: fault.Drift, Reason: ReasonNotJSON, Message: "the answer is no JSON", MayApply: writes(r)}
}
