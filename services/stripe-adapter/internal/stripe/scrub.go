package stripe

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/tidwall/gjson"
)

// hidden are the keys whose values are never kept, wherever they stand: what lets a payer's browser act on a payment, what signs
// our webhooks, and what is known of a card, a bank account, or their owner.
const hidden = "client_secret confirmation_secret secret next_action payment_method_details payment_method_options payment_method_data" +
	" default_source source sources card card_present interac_present us_bank_account bank_account sepa_debit acss_debit au_becs_debit" +
	" bacs_debit nz_bank_account customer_balance ideal sofort p24 paypal link billing_details last4 dynamic_last4 fingerprint exp_month exp_year" +
	" cvc iin iban account_number routing_number three_d_secure wallet mandate_data receipt_url hosted_invoice_url invoice_pdf radar_options"

// hides has each of them.
var hides = func() map[string]bool { //nolint:gochecknoglobals // a constant table
	never := map[string]bool{}
	for _, key := range strings.Fields(hidden) {
		never[key] = true
	}
	return never
}()

// scrub is raw without what is hidden, and with a payment method as its id only. Everything else is as it was written.
func scrub(raw json.RawMessage) (json.RawMessage, error) {
	if !json.Valid(raw) {
		return nil, errors.New("no JSON")
	}
	return scrubbed(nil, gjson.ParseBytes(raw), 0), nil
}

// deepest is how far into an object is looked. Each level is read once more for each that it is in; Stripe's own have about ten.
const deepest = 50

// scrubbed appends what may be kept of v, which lies so deep, to out.
func scrubbed(out []byte, v gjson.Result, depth int) []byte {
	if depth > deepest {
		return append(out, "null"...)
	}
	opened, closed := byte('['), byte(']')
	if v.IsObject() {
		opened, closed = '{', '}'
	} else if !v.IsArray() {
		return append(out, v.Raw...)
	}
	out = append(out, opened)
	begun := len(out)
	v.ForEach(func(key, value gjson.Result) bool {
		if v.IsObject() && hides[key.Str] {
			return true
		}
		if len(out) > begun {
			out = append(out, ',')
		}
		if v.IsObject() {
			out = append(append(out, key.Raw...), ':')
		}
		if key.Str == "payment_method" && value.IsObject() {
			value = value.Get("id")
			if value.Type != gjson.String {
				value.Raw = "null"
			}
			out = append(out, value.Raw...)
			return true
		}
		out = scrubbed(out, value, depth+1)
		return true
	})
	return append(out, closed)
}

// Secrets are the words for what the journal masks, beside the usual ones: the same things as are never kept of an object, whole
// payment methods as they come with a decline, and addresses, of which one is our own endpoint's with its secret path, and others let
// whoever has them see a payer's invoice or act for them.
func Secrets() []string { return append(strings.Fields(hidden), "url") }

// Headers are those of Stripe's that the journal keeps.
func Headers() []string {
	return []string{"Stripe-Version", "Stripe-Account", "Idempotent-Replayed", "Stripe-Should-Retry", "Stripe-Rate-Limited-Reason"}
}
