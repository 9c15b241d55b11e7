package stripe

import (
	"bytes"
	"encoding/json"
)

// hidden are the keys whose values are never kept, wherever they stand: what lets a payer's browser act on a payment, what signs
// our webhooks, and what is known of a card or a bank account.
func hidden(key string) bool {
	switch key {
	case "client_secret", "confirmation_secret", "secret", "next_action", "payment_method_details", "payment_method_options",
		"default_source", "source", "sources", "card", "us_bank_account", "sepa_debit", "billing_details", "last4", "fingerprint":
		return true
	}
	return false
}

// scrub is raw without what is hidden, and with a payment method as its id only.
func scrub(raw json.RawMessage) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(scrubbed(v))
}

func scrubbed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			switch {
			case hidden(key):
				delete(v, key)
			case key == "payment_method":
				v[key] = idOf(value)
			default:
				v[key] = scrubbed(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = scrubbed(v[i])
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

// Secrets are the words for what the journal masks, beside the usual ones: the same things as are never kept of an object.
func Secrets() []string {
	return []string{"next_action", "card", "bank_account", "sepa_debit", "payment_method_details", "payment_method_options", "billing_details", "last4", "fingerprint"}
}

// Headers are those of Stripe's that the journal keeps.
func Headers() []string {
	return []string{"Stripe-Version", "Stripe-Account", "Idempotent-Replayed", "Stripe-Should-Retry", "Stripe-Rate-Limited-Reason"}
}
