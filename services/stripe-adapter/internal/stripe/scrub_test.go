package stripe

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stripe/stripe-mock/embedded"
)

// telling are the names that tell of a card, an account or a payer's access, in whichever of the vendor's own examples they stand.
func telling() []string {
	return strings.Fields("client_secret secret last4 exp_month exp_year fingerprint iin cvc iban account_number routing_number billing_details card bank_account")
}

// Whatever of Stripe's own examples is kept holds nothing of a card, an account, or what lets a payer's browser act.
func TestNothingSecretIsKeptOfTheVendorsOwnExamples(t *testing.T) {
	var fixtures struct {
		Resources map[string]json.RawMessage `json:"resources"`
	}
	if err := json.Unmarshal(embedded.OpenAPIFixtures, &fixtures); err != nil || len(fixtures.Resources) < 20 {
		t.Fatal(err, len(fixtures.Resources))
	}
	looked := 0
	for _, name := range []string{"customer", "payment_intent", "charge", "refund", "invoice", "subscription", "product", "price", "webhook_endpoint"} {
		raw, there := fixtures.Resources[name]
		if !there {
			continue
		}
		clean, err := scrub(raw)
		if err != nil {
			t.Fatal(err)
		}
		looked++
		walk(t, name, clean)
	}
	if looked < 7 {
		t.Errorf("only %d examples", looked)
	}
}

func walk(t *testing.T, at string, raw json.RawMessage) {
	t.Helper()
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil {
		for key, value := range object {
			if slices.Contains(telling(), key) {
				t.Errorf("%s.%s is kept: %.80s", at, key, value)
			}
			walk(t, at+"."+key, value)
		}
		return
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		for _, value := range list {
			walk(t, at+"[]", value)
		}
	}
}

// What is never kept of an object is never journalled either.
func TestTheJournalMasksWhatIsNeverKept(t *testing.T) {
	words := Secrets()
	for _, key := range hidden() {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(key, word) }) && !strings.Contains(key, "secret") {
			t.Errorf("%s is journalled", key)
		}
	}
	for _, key := range []string{"url", "return_url", "payment_method_data[card][number]", "next_action"} {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(key, word) }) {
			t.Errorf("%s is journalled", key)
		}
	}
}
