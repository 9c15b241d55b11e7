package stripe

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// hidden are the keys whose values are never kept, wherever they stand: what lets a payer's browser act on a payment, what signs
// our webhooks, and what is known of a card, a bank account, or their owner.
func hidden() []string {
	return strings.Fields("client_secret confirmation_secret secret next_action payment_method_details payment_method_options payment_method_data" +
		" default_source source sources card card_present interac_present us_bank_account bank_account sepa_debit acss_debit au_becs_debit" +
		" bacs_debit nz_bank_account customer_balance ideal sofort p24 paypal link billing_details last4 dynamic_last4 fingerprint exp_month exp_year" +
		" cvc iin iban account_number routing_number three_d_secure wallet mandate_data receipt_url hosted_invoice_url invoice_pdf radar_options")
}

// scrub is raw without what is hidden, and with a payment method as its id only.
func scrub(raw json.RawMessage) (json.RawMessage, error) {
	var v any
	if err := decode(raw, &v); err != nil {
		return nil, err
	}
	return json.Marshal(scrubbed(v, hidden()))
}

// decode reads JSON with its numbers as they are written.
func decode(raw json.RawMessage, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(v)
}

func scrubbed(v any, never []string) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			switch {
			case slices.Contains(never, key):
				delete(v, key)
			case key == "payment_method":
				v[key] = idOf(value)
			default:
				v[key] = scrubbed(value, never)
			}
		}
	case []any:
		for i := range v {
			v[i] = scrubbed(v[i], never)
		}
	}
	return v
}

// idOf is the id of a reference, which may have come as the object itself.
func idOf(v any) any {
	if object, ok := v.(map[string]any); ok {
		return object["id"]
	}
	return v
}

// Secrets are the words for what the journal masks, beside the usual ones: the same things as are never kept of an object, whole
// payment methods as they come with a decline, and addresses, of which one is our own endpoint's with its secret path, and others let
// whoever has them see a payer's invoice or act for them.
func Secrets() []string { return append(hidden(), "url") }

// Headers are those of Stripe's that the journal keeps.
func Headers() []string {
	return []string{"Stripe-Version", "Stripe-Account", "Idempotent-Replayed", "Stripe-Should-Retry", "Stripe-Rate-Limited-Reason"}
}
