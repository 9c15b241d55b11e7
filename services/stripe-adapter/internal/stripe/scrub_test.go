package stripe

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdk "github.com/stripe/stripe-go/v85"
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
	for _, key := range strings.Fields(hidden) {
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

// What is left after scrubbing is all that is not hidden: as a map without the hidden keys has it.
func TestWhatIsNotHiddenIsKeptAsItIs(t *testing.T) {
	var fixtures struct {
		Resources map[string]json.RawMessage `json:"resources"`
	}
	if err := json.Unmarshal(embedded.OpenAPIFixtures, &fixtures); err != nil || len(fixtures.Resources) < 20 {
		t.Fatal(err, len(fixtures.Resources))
	}
	rows := map[string]json.RawMessage{
		"numbers as they are written":            json.RawMessage(`{"a":1.00,"b":12345678901234567890,"c":-0}`),
		"odd letters":                            json.RawMessage(`{"a\u0000":"\ud800","é":"\"\\"}`),
		"a hidden key that is escaped":           json.RawMessage(`{"client\u005fsecret":"s","a":{"l\u0061st4":"4242"}}`),
		"a payment method as an object":          json.RawMessage(`{"payment_method":{"id":"pm_1","card":{"last4":"4242"}}}`),
		"a payment method without an id":         json.RawMessage(`{"payment_method":{"card":{}}}`),
		"a payment method whose id is an object": json.RawMessage(`{"payment_method":{"id":{"card":{"last4":"4242"}}}}`),
		"a payment method as an id":              json.RawMessage(`{"payment_method":"pm_1","x":[{"payment_method":null}]}`),
		"white space":                            json.RawMessage(" {\n \"a\" : [ 1 , { \"secret\" : 2 } , [ ] ] , \"b\" : { } } "),
		"no object":                              json.RawMessage(`[1,"a",null,{"card":1}]`),
		"a word":                                 json.RawMessage(`"secret"`),
	}
	for name, raw := range fixtures.Resources {
		rows[name] = raw
	}
	for name, raw := range rows {
		got, err := scrub(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var have, want any
		if err := numbers(got, &have); err != nil {
			t.Errorf("%s: what is left is no JSON: %v", name, err)
		}
		if err := numbers(raw, &want); err != nil {
			t.Fatal(err)
		}
		if differ := cmp.Diff(without(want), have); differ != "" {
			t.Errorf("%s: wanted (-), kept (+):\n%s", name, differ)
		}
	}
	if _, err := scrub(json.RawMessage(`{"a":`)); err == nil {
		t.Error("half an object is taken for one")
	}
}

// What a stranger nests as deep as JSON may be costs no more than what Stripe sends: what lies below is not kept.
func TestWhatIsNestedWithoutEndIsCutOff(t *testing.T) {
	raw := json.RawMessage(`{"id":"cus_1","x":` + strings.Repeat("[", 5000) + `"deep"` + strings.Repeat("]", 5000) + `}`)
	got, err := See[sdk.Customer](raw, time.Time{})
	if err != nil || !json.Valid(got.Raw) || len(got.Raw) > 200 || strings.Contains(string(got.Raw), "deep") {
		t.Errorf("%v, %.300s", err, got.Raw)
	}
}

func TestAnObjectWithTwoIdsIsRefused(t *testing.T) {
	for _, raw := range []string{`{"id":"cus_1","id":"cus_2"}`, `{"id":"cus_1","ID":"cus_2"}`} {
		if got, err := See[sdk.Customer](json.RawMessage(raw), time.Time{}); err == nil {
			t.Errorf("%s is taken for %s", raw, got.ID)
		}
	}
}

func numbers(raw []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return d.Decode(v)
}

// without is v as it may be kept.
func without(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if method, ok := value.(map[string]any); ok && key == "payment_method" {
				v[key] = nil
				if id, ok := method["id"].(string); ok {
					v[key] = id
				}
			} else {
				v[key] = without(value)
			}
			if slices.Contains(strings.Fields(hidden), key) {
				delete(v, key)
			}
		}
	case []any:
		for i := range v {
			v[i] = without(v[i])
		}
	}
	return v
}
