package sim_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// [official: OpenAPI payment_intents confirm, status; community: test methods]
func TestWhatBecomesOfAConfirmation(t *testing.T) {
	for name, row := range map[string]struct {
		params string
		status int
		code   any
		state  string
		events []string
	}{
		"a good card": {
			"payment_method=pm_card_visa", 200, nil, "succeeded",
			[]string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"},
		},
		"a good card, to be captured later": {
			"payment_method=pm_card_visa&capture_method=manual", 200, nil, "requires_capture",
			[]string{"payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated"},
		},
		"a declined card": {
			"payment_method=pm_card_visa_chargeDeclined", 402, "card_declined", "requires_payment_method",
			[]string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"},
		},
		"an empty account": {
			"payment_method=pm_card_visa_chargeDeclinedInsufficientFunds", 402, "card_declined", "requires_payment_method",
			[]string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"},
		},
		"a card that has expired": {
			"payment_method=pm_card_chargeDeclinedExpiredCard", 402, "expired_card", "requires_payment_method",
			[]string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"},
		},
		"a bank that asks who it is": {
			"payment_method=pm_card_threeDSecure2Required", 200, nil, "requires_action",
			[]string{"payment_intent.created", "payment_intent.requires_action"},
		},
		"a bank that asks, and nobody there": {
			"payment_method=pm_card_authenticationRequired&off_session=true", 402, "authentication_required", "requires_payment_method",
			[]string{"payment_intent.created", "charge.failed", "payment_intent.payment_failed"},
		},
		"a bank account takes its time": {
			"payment_method=pm_usBankAccount_success", 200, nil, "processing",
			[]string{"payment_intent.created", "charge.pending", "payment_intent.processing"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			out := x.do(http.MethodPost, "/v1/payment_intents", "amount=2000&currency=usd&payment_method_types[]=card&confirm=true&"+row.params)
			no, _ := out.body["error"].(object)
			intent := out.body
			if no != nil {
				intent, _ = no["payment_intent"].(object)
			}
			if out.status != row.status || no["code"] != row.code || intent["status"] != row.state {
				t.Errorf("%d %v %v", out.status, no["code"], intent["status"])
			}
			if got := x.get("/v1/payment_intents/" + str(intent["id"])); got["status"] != row.state {
				t.Errorf("afterwards it is %v", got["status"])
			}
			if got := x.events(); !slices.Equal(got, row.events) {
				t.Errorf("events %v", got)
			}
		})
	}
}

func TestADeclineLeavesItsReason(t *testing.T) {
	x := open(t, simConfig())
	id := x.intent()
	no := x.refused(402, http.MethodPost, "/v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_visa_chargeDeclinedInsufficientFunds")
	if no["type"] != "card_error" || no["decline_code"] != "insufficient_funds" || no["advice_code"] != "try_again_later" || at(no, "payment_intent", "client_secret") == nil {
		t.Errorf("%v", no)
	}
	p := x.get("/v1/payment_intents/"+id, "expand[]=latest_charge")
	if at(p, "last_payment_error", "decline_code") != "insufficient_funds" || p["payment_method"] != nil || at(p, "latest_charge", "status") != "failed" {
		t.Errorf("%v", p)
	}
	x.post("/v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_visa")
	if p := x.get("/v1/payment_intents/" + id); p["status"] != "succeeded" || p["last_payment_error"] != nil || number(p["amount_received"]) != 2000 {
		t.Errorf("after another card: %v", p)
	}
}

// [official: OpenAPI "You can cancel ... in one of these statuses"; error codes payment_intent_unexpected_state]
func TestStatesAndWhatMayFollow(t *testing.T) {
	for name, row := range map[string]struct {
		params string
		move   string
		status int
	}{
		"confirm without a method":     {"", "confirm", 400},
		"confirm with its method":      {"payment_method=pm_card_visa", "confirm", 200},
		"confirm what has succeeded":   {"payment_method=pm_card_visa&confirm=true", "confirm", 400},
		"capture what is not reserved": {"payment_method=pm_card_visa", "capture", 400},
		"capture what is reserved":     {"payment_method=pm_card_visa&confirm=true&capture_method=manual", "capture", 200},
		"capture what was taken":       {"payment_method=pm_card_visa&confirm=true", "capture", 400},
		"cancel a new one":             {"", "cancel", 200},
		"cancel one that waits":        {"payment_method=pm_card_threeDSecure2Required&confirm=true", "cancel", 200},
		"cancel one that is reserved":  {"payment_method=pm_card_visa&confirm=true&capture_method=manual", "cancel", 200},
		"cancel what has succeeded":    {"payment_method=pm_card_visa&confirm=true", "cancel", 400},
		"cancel one under way":         {"payment_method=pm_usBankAccount_success&confirm=true", "cancel", 400},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			path := "/v1/payment_intents/" + x.intent(row.params) + "/" + row.move
			out := x.do(http.MethodPost, path, "")
			if out.status != row.status {
				t.Fatalf("%d %s, want %d", out.status, out.text, row.status)
			}
			if no, _ := out.body["error"].(object); no != nil && (no["code"] != "payment_intent_unexpected_state" || no["payment_intent"] == nil) {
				t.Errorf("%v", no)
			}
			if again := x.do(http.MethodPost, path, ""); row.move != "confirm" && again.status != 400 {
				t.Errorf("a second time: %d", again.status)
			}
		})
	}
}

// [official: place a hold; OpenAPI amount_to_capture]
func TestPartOfAReservationIsTaken(t *testing.T) {
	x := open(t, simConfig())
	id := x.paid("capture_method=manual")
	x.refused(400, http.MethodPost, "/v1/payment_intents/"+id+"/capture", "amount_to_capture=2001")
	p := x.post("/v1/payment_intents/"+id+"/capture", "amount_to_capture=1500", "expand[]=latest_charge")
	if number(p["amount_received"]) != 1500 || number(p["amount_capturable"]) != 0 || number(at(p, "latest_charge", "amount_captured")) != 1500 ||
		number(at(p, "latest_charge", "amount_refunded")) != 500 {
		t.Errorf("%v", p)
	}
	r := x.post("/v1/refunds", "payment_intent="+id)
	if number(r["amount"]) != 1500 {
		t.Errorf("the refund of what is left is %v", r["amount"])
	}
}

// [official: place a hold: "canceled ... after 7 days"]
func TestAReservationRunsOut(t *testing.T) {
	x := open(t, simConfig())
	id := x.paid("capture_method=manual")
	x.clock.Advance(7*24*time.Hour - time.Second)
	if got := x.get("/v1/payment_intents/" + id)["status"]; got != "requires_capture" {
		t.Fatalf("%v", got)
	}
	x.happened()
	x.clock.Advance(time.Second)
	if p := x.get("/v1/payment_intents/" + id); p["status"] != "canceled" || p["cancellation_reason"] != "automatic" {
		t.Errorf("%v", p)
	}
	if got := x.happened(); !slices.Equal(got, []string{"payment_intent.canceled", "charge.expired"}) {
		t.Errorf("events %v", got)
	}
}

// [official: OpenAPI: there is no payment_intent.updated]
func TestAnUpdateOfAPaymentTellsNothing(t *testing.T) {
	x := open(t, simConfig())
	id := x.intent("metadata[a]=1")
	x.happened()
	p := x.post("/v1/payment_intents/"+id, "amount=2500", "description=more", "metadata[b]=2")
	if number(p["amount"]) != 2500 || !equal(p["metadata"], object{"a": "1", "b": "2"}) {
		t.Errorf("%v", p)
	}
	if got := x.happened(); len(got) != 0 {
		t.Errorf("events %v", got)
	}
	x.post("/v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_visa")
	x.refused(400, http.MethodPost, "/v1/payment_intents/"+id, "amount=1")
	x.post("/v1/payment_intents/"+id, "metadata[c]=3")
}

// [official: asynchronous capture] the balance transaction comes after the answer.
func TestTheBalanceTransactionComesLater(t *testing.T) {
	for name, row := range map[string]struct {
		method string
		atOnce bool
	}{
		"by default":    {"", false},
		"asynchronous":  {"&capture_method=automatic_async", false},
		"synchronously": {"&capture_method=automatic", true},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			p := x.post("/v1/payment_intents", "amount=2000&currency=usd&payment_method_types[]=card&confirm=true&payment_method=pm_card_visa&expand[]=latest_charge"+row.method)
			if got := at(p, "latest_charge", "balance_transaction"); (got != nil) != row.atOnce {
				t.Errorf("in the answer: %v", got)
			}
			x.clock.Advance(2 * time.Second)
			if got := x.get("/v1/charges/" + str(at(p, "latest_charge", "id")))["balance_transaction"]; got == nil {
				t.Error("it never came")
			}
			if got := slices.Contains(x.events(), "charge.updated"); got == row.atOnce {
				t.Errorf("charge.updated was told: %v", got)
			}
		})
	}
}

func TestASlowPaymentEnds(t *testing.T) {
	for method, want := range map[string]string{"pm_usBankAccount_success": "succeeded", "pm_usBankAccount_noAccount": "requires_payment_method"} {
		x := open(t, simConfig())
		id := x.intent("confirm=true", "payment_method="+method)
		x.clock.Advance(5 * time.Second)
		if p := x.get("/v1/payment_intents/" + id); p["status"] != want {
			t.Errorf("%s: %v", method, p["status"])
		}
	}
}

func TestThePayerProvesWhoTheyAre(t *testing.T) {
	for passes, want := range map[bool]string{true: "succeeded", false: "requires_payment_method"} {
		x := open(t, simConfig())
		id := x.intent("confirm=true", "payment_method=pm_card_threeDSecure2Required")
		if err := x.stripe.Authenticate(id, passes); err != nil {
			t.Fatal(err)
		}
		if p := x.get("/v1/payment_intents/" + id); p["status"] != want {
			t.Errorf("%v: %v", passes, p["status"])
		}
		if err := x.stripe.Authenticate(id, true); err == nil {
			t.Error("a payment that waits for nobody can be authenticated")
		}
	}
}

// [community: same words in many issue threads]
func TestAPaymentThatMayRedirectNeedsAReturnURL(t *testing.T) {
	for name, row := range map[string]struct {
		params string
		needed bool
		status int
	}{
		"whatever the account has on": {"", true, 400},
		"with a return URL":           {"&return_url=https://example.com", true, 200},
		"without redirects":           {"&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never", true, 200},
		"cards alone":                 {"&payment_method_types[]=card", true, 200},
		"an account that is not so":   {"", false, 200},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			x.switches(func(s *sim.Switches) { s.ReturnURL = row.needed })
			if out := x.do(http.MethodPost, "/v1/payment_intents", "amount=100&currency=usd&confirm=true&payment_method=pm_card_visa"+row.params); out.status != row.status {
				t.Errorf("%d %s", out.status, out.text)
			}
		})
	}
}

// [official, second-hand: currencies; unsure: three decimals]
func TestAmountsAndCurrencies(t *testing.T) {
	for name, row := range map[string]struct {
		amount, currency string
		code             any // nil: accepted
	}{
		"20 dollars":                          {"2000", "usd", nil},
		"in capitals":                         {"2000", "USD", nil},
		"too little":                          {"49", "usd", "amount_too_small"},
		"nothing":                             {"0", "usd", "parameter_invalid_integer"},
		"less than nothing":                   {"-100", "usd", "parameter_invalid_integer"},
		"eight digits":                        {"99999999", "usd", nil},
		"nine digits":                         {"100000000", "usd", "amount_too_large"},
		"500 yen":                             {"500", "jpy", nil},
		"1 yen":                               {"1", "jpy", nil},
		"1.230 dinars":                        {"1230", "kwd", nil},
		"1.234 dinars: the last digit is not": {"1234", "kwd", "parameter_invalid_integer"},
		"5 krónur":                            {"500", "isk", nil},
		"5.01 krónur: there are no cents":     {"501", "isk", "parameter_invalid_integer"},
		"500 shillings of Uganda":             {"50000", "ugx", nil},
		"forints have cents on a charge":      {"12345", "huf", nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			out := x.do(http.MethodPost, "/v1/payment_intents", "amount="+row.amount+"&currency="+row.currency)
			if no, _ := out.body["error"].(object); no["code"] != row.code || (row.code == nil) != (out.status == 200) {
				t.Errorf("%d %s", out.status, out.text)
			}
			if out.status == 200 && out.body["currency"] != strings.ToLower(row.currency) {
				t.Errorf("currency %v", out.body["currency"])
			}
		})
	}
}

func TestPaymentsByCustomer(t *testing.T) {
	x := open(t, simConfig())
	ada, ben := x.customer(), x.customer()
	first, _, third := x.intent("customer="+ada), x.intent("customer="+ben), x.intent("customer="+ada)
	if got := ids(x.get("/v1/payment_intents", "customer="+ada)); !slices.Equal(got, []string{third, first}) {
		t.Errorf("%v", got)
	}
	x.refused(400, http.MethodGet, "/v1/payment_intents", "status=succeeded") // there is no such filter [official: OpenAPI]
}
