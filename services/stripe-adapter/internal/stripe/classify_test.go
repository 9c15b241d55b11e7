package stripe

import (
	"net/http"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"
)

func said(code, kind, message string) string {
	return `{"error":{"type":"` + kind + `","code":"` + code + `","message":"` + message + `","param":"id"}}`
}

// What follows from each outcome, a row for each of Stripe's own.
func TestWhatAnswersMean(t *testing.T) {
	const invalid = "invalid_request_error"
	type want struct {
		Kind   fault.Kind
		Reason string
		Open   bool // of a write
	}
	for name, row := range map[string]struct {
		status int
		header http.Header
		body   string
		want   want
	}{
		"a parameter is wrong":                      {status: 400, body: said("parameter_missing", invalid, "no"), want: want{fault.Invalid, ReasonRefused, false}},
		"a parameter names what is not":             {status: 400, body: said("resource_missing", invalid, "no"), want: want{fault.Invalid, ReasonMissing, false}},
		"it is not in a state for that":             {status: 400, body: said("payment_intent_unexpected_state", invalid, "no"), want: want{fault.Invalid, ReasonState, false}},
		"all of it is refunded":                     {status: 400, body: said("charge_already_refunded", invalid, "no"), want: want{fault.Invalid, ReasonState, false}},
		"the key was used for another":              {status: 400, body: said("", "idempotency_error", "no"), want: want{fault.Invalid, ReasonKeyMismatch, true}},
		"that, and should be repeated":              {status: 400, header: http.Header{"Stripe-Should-Retry": {"true"}}, body: said("", "idempotency_error", "no"), want: want{fault.Invalid, ReasonKeyMismatch, true}},
		"the key of ours is wrong":                  {status: 401, body: said("", invalid, "no"), want: want{fault.Unauthorized, ReasonUnauthorized, false}},
		"the key of ours has run out":               {status: 400, body: said("api_key_expired", invalid, "no"), want: want{fault.Unauthorized, ReasonUnauthorized, false}},
		"the account is not ours any more":          {status: 403, body: said("account_invalid", invalid, "no"), want: want{fault.Unauthorized, ReasonUnauthorized, false}},
		"the account is closed":                     {status: 403, body: said("account_closed", invalid, "no"), want: want{fault.Unauthorized, ReasonUnauthorized, false}},
		"the card is declined":                      {status: 402, body: said("card_declined", "card_error", "no"), want: want{fault.Invalid, ReasonDeclined, false}},
		"that, and should be repeated all the same": {status: 402, header: http.Header{"Stripe-Should-Retry": {"true"}}, body: said("card_declined", "card_error", "no"), want: want{fault.Invalid, ReasonDeclined, false}},
		"a permission is missing":                   {status: 403, body: said("", invalid, "no"), want: want{fault.Invalid, ReasonForbidden, false}},
		"it is not there":                           {status: 404, body: said("resource_missing", invalid, "No such customer"), want: want{fault.NotFound, ReasonNotFound, false}},
		"it is not there, and should be":            {status: 404, header: http.Header{"Stripe-Should-Retry": {"true"}}, body: said("resource_missing", invalid, "No such customer"), want: want{fault.Unavailable, ReasonNotFound, false}},
		"it is of the other mode":                   {status: 404, body: said("resource_missing", invalid, "No such customer: 'cus_1'; a similar object exists in live mode"), want: want{fault.Hidden, ReasonOtherMode, false}},
		"the same key is under way":                 {status: 409, body: said("idempotency_key_in_use", "idempotency_error", "no"), want: want{fault.Conflict, ReasonKeyInUse, true}},
		"the same key, by its other type":           {status: 409, body: said("idempotency_key_in_use", invalid, "no"), want: want{fault.Conflict, ReasonKeyInUse, true}},
		"a conflict":                                {status: 409, body: said("", invalid, "no"), want: want{fault.Conflict, ReasonConflict, false}},
		"a dependency of Stripe's failed":           {status: 424, body: said("", "api_error", "no"), want: want{fault.Unavailable, ReasonServerError, true}},
		"too many calls":                            {status: 429, header: http.Header{"Stripe-Rate-Limited-Reason": {"global-rate"}}, body: said("rate_limit", invalid, "no"), want: want{fault.Throttled, ReasonThrottled, false}},
		"too many calls, reason unsaid":             {status: 429, body: said("rate_limit", invalid, "no"), want: want{fault.Throttled, ReasonThrottled, false}},
		"too many calls of an operation":            {status: 429, header: http.Header{"Stripe-Rate-Limited-Reason": {"endpoint-rate"}}, body: said("rate_limit", invalid, "no"), want: want{fault.Throttled, ReasonPacedRoute, false}},
		"too many of them at once":                  {status: 429, header: http.Header{"Stripe-Rate-Limited-Reason": {"endpoint-concurrency"}}, body: said("rate_limit", invalid, "no"), want: want{fault.Throttled, ReasonPacedRoute, false}},
		"too many calls at once":                    {status: 429, header: http.Header{"Stripe-Rate-Limited-Reason": {"global-concurrency"}}, body: said("rate_limit", invalid, "no"), want: want{fault.Throttled, ReasonThrottled, false}},
		"too many changes of an object":             {status: 429, header: http.Header{"Stripe-Rate-Limited-Reason": {"resource-specific"}}, body: said("rate_limit", invalid, "no"), want: want{fault.Conflict, ReasonPaced, false}},
		"the object is locked":                      {status: 429, body: said("lock_timeout", invalid, "no"), want: want{fault.Conflict, ReasonLocked, false}},
		"too many changes of one payment":           {status: 429, body: said("payment_intent_rate_limit_exceeded", invalid, "no"), want: want{fault.Conflict, ReasonPaced, false}},
		"Stripe fails":                              {status: 500, body: said("", "api_error", "no"), want: want{fault.Unavailable, ReasonServerError, true}},
		"Stripe fails, without words":               {status: 502, body: "<html>", want: want{fault.Unavailable, ReasonServerError, true}},
		"Stripe is away":                            {status: 503, body: said("", "api_error", "no"), want: want{fault.Unavailable, ReasonServerError, true}},
		"Stripe does not answer in time":            {status: 504, want: want{fault.Unavailable, ReasonServerError, true}},
		"somebody between us says 400":              {status: 400, body: "<html>", want: want{fault.Unavailable, ReasonUnexpected, true}},
		"somebody between us says 404":              {status: 404, body: "<html>", want: want{fault.Unavailable, ReasonUnexpected, true}},
		"somebody between us says 429":              {status: 429, body: "<html>", want: want{fault.Throttled, ReasonThrottled, false}},
		"a refusal that should be repeated":         {status: 400, header: http.Header{"Stripe-Should-Retry": {"true"}}, body: said("", invalid, "no"), want: want{fault.Unavailable, ReasonRefused, false}},
		"a lock that should not":                    {status: 429, header: http.Header{"Stripe-Should-Retry": {"false"}}, body: said("lock_timeout", invalid, "no"), want: want{fault.Invalid, ReasonLocked, false}},
		"a failure that should not":                 {status: 500, header: http.Header{"Stripe-Should-Retry": {"false"}}, body: said("", "api_error", "no"), want: want{fault.Unavailable, ReasonServerError, true}},
		"a success that is no JSON":                 {status: 200, body: "<html>", want: want{fault.Drift, ReasonNotJSON, true}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodGet} {
				header := row.header
				if header == nil {
					header = http.Header{}
				}
				f := classify("stripe.Op", &upstream.Response{Method: method, Status: row.status, Header: header, Body: []byte(row.body)})
				expected := row.want
				if method == http.MethodGet {
					expected.Open = false
					if row.want.Reason == ReasonForbidden {
						expected.Kind = fault.Hidden
					}
				}
				if got := (want{f.Kind, f.Reason, f.MayApply}); got != expected {
					t.Errorf("%s: %+v, want %+v", method, got, expected)
				}
			}
		})
	}
}

// What an answer says of earlier attempts under the same key, and of later ones: a row for each that Stripe keeps, or may keep.
func TestWhatAnAnswerSaysOfOtherAttemptsUnderItsKey(t *testing.T) {
	replay := http.Header{"Idempotent-Replayed": {"true"}}
	for name, row := range map[string]struct {
		status         int
		header         http.Header
		code           string
		settles, spent bool
	}{
		"a parameter is wrong, which is not kept":       {status: 400, code: "parameter_missing"},
		"a parameter was wrong when it was executed":    {400, replay, "parameter_missing", true, true},
		"it was not in a state for that":                {400, replay, "payment_intent_unexpected_state", true, true},
		"a decline":                                     {status: 402, code: "card_declined", settles: true},
		"a decline, of which the first answer was lost": {402, replay, "card_declined", true, true},
		"it is not there":                               {status: 404, code: "resource_missing", spent: true},
		"it was not there":                              {404, replay, "resource_missing", true, true},
		"a permission is missing":                       {status: 403},
		"the key is wrong":                              {status: 401},
		"the same key is under way":                     {status: 409, code: "idempotency_key_in_use"},
		"a conflict":                                    {status: 409},
		"too many calls":                                {status: 429, code: "rate_limit"},
		"a lock":                                        {status: 429, code: "lock_timeout"},
		"a dependency fails":                            {status: 424},
		"a dependency failed":                           {424, replay, "", false, true},
		"Stripe fails":                                  {status: 500},
		"Stripe failed, and keeps that":                 {500, replay, "", false, true},
		"Stripe is away":                                {status: 503},
		"Stripe was away, and keeps that":               {503, replay, "", false, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{http.MethodPost, http.MethodGet} {
				header := row.header
				if header == nil {
					header = http.Header{}
				}
				f := classify("stripe.Op", &upstream.Response{Method: method, Status: row.status, Header: header, Body: []byte(said(row.code, "x", "no"))})
				if method == http.MethodGet {
					row.settles, row.spent = false, false
				}
				if f.Settles != row.settles || f.Spent != row.spent {
					t.Errorf("%s: settles %v, spent %v; want %v, %v", method, f.Settles, f.Spent, row.settles, row.spent)
				}
			}
		})
	}
	f := classify("stripe.Op", &upstream.Response{Method: "POST", Status: 400, Header: http.Header{}, Body: []byte(said("", "idempotency_error", "no"))})
	if f.Settles || !f.Spent || !f.MayApply {
		t.Errorf("another request's key: %+v", f)
	}
}

func TestWhatARefusalTells(t *testing.T) {
	body := `{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","message":"Your card has insufficient funds.",
		"payment_intent":{"id":"pi_1","client_secret":"pi_1_secret_x"}}}`
	f := classify("stripe.ConfirmPayment", &upstream.Response{Method: "POST", Status: 402, Header: http.Header{}, Body: []byte(body)})
	if f.Code != "card_declined" || f.Message != "Your card has insufficient funds. (insufficient_funds)" {
		t.Errorf("%+v", f)
	}
	f = classify("stripe.UpdatePayment", &upstream.Response{
		Method: "POST", Status: 429, Header: http.Header{}, Body: []byte(said("payment_intent_rate_limit_exceeded", "invalid_request_error", "no")),
	})
	if f.RetryAfter < time.Minute || f.Field != "id" {
		t.Errorf("%+v", f)
	}
}

func FuzzClassify(f *testing.F) {
	f.Add(400, `{"error":{"code":"x"}}`)
	f.Add(200, `{}`)
	f.Add(500, `<html>`)
	f.Fuzz(func(_ *testing.T, status int, body string) {
		_ = classify("stripe.Op", &upstream.Response{Method: "POST", Status: status, Header: http.Header{}, Body: []byte(body)})
	})
}
