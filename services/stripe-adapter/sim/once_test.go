package sim_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

const newPayment = "amount=2000&currency=usd&payment_method_types[]=card&confirm=true"

// made is how many payments there are.
func (x *shop) made() int { return len(ids(x.get("/v1/payment_intents", "limit=100"))) }

// [official: idempotent requests; error-low-level]
func TestASecondRequestWithTheSameKey(t *testing.T) {
	for name, row := range map[string]struct {
		plan          string // for the first
		form          string
		first, second int // status; 0: no answer
		replayed      bool
		made          int
	}{
		"after success":                       {`{}`, newPayment + "&payment_method=pm_card_visa", 200, 200, true, 1},
		"after a decline":                     {`{}`, newPayment + "&payment_method=pm_card_visa_chargeDeclined", 402, 402, true, 1},
		"after a refusal that was executed":   {`{}`, newPayment + "&payment_method=pm_nothing", 400, 400, true, 0},
		"after a refusal of its parameters":   {`{}`, "amount=ten", 400, 400, false, 0},
		"after a 500 with nothing done":       {`{"fail_before_commit":1}`, newPayment + "&payment_method=pm_card_visa", 500, 500, true, 0},
		"after a 500 with everything done":    {`{"fail_after_commit":1}`, newPayment + "&payment_method=pm_card_visa", 500, 500, true, 1},
		"after an answer that was lost":       {`{"lose_answers":1}`, newPayment + "&payment_method=pm_card_visa", 0, 200, true, 1},
		"after silence":                       {`{"hang_after_apply":{"rate":1,"after_ms":1}}`, newPayment + "&payment_method=pm_card_visa", 0, 200, true, 1},
		"after a limit":                       {`{"throttle_rate":1}`, newPayment + "&payment_method=pm_card_visa", 429, 200, false, 1},
		"after a proxy's page, nothing done":  {`{"error_rate":1,"html_errors":true}`, newPayment + "&payment_method=pm_card_visa", 502, 200, false, 1},
		"after a proxy's page, and it's done": {`{"fail_after_commit":1,"html_errors":true}`, newPayment + "&payment_method=pm_card_visa", 502, 200, true, 1},
		"after an outage":                     {`{"outage":true}`, newPayment + "&payment_method=pm_card_visa", 0, 200, false, 1},
		"after a 503":                         {`{"error_rate":1,"error_status":503}`, newPayment + "&payment_method=pm_card_visa", 503, 200, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			x.plan(row.plan)
			first, _ := x.try(http.MethodPost, "/v1/payment_intents", row.form, "Idempotency-Key", "k1")
			x.control(http.MethodPut, "/control/plan", `{}`)
			second := x.do(http.MethodPost, "/v1/payment_intents", row.form, "Idempotency-Key", "k1")
			if first.status != row.first || second.status != row.second {
				t.Errorf("%d, then %d; want %d, then %d: %s", first.status, second.status, row.first, row.second, second.text)
			}
			if got := second.header.Get("Idempotent-Replayed") == "true"; got != row.replayed {
				t.Errorf("replayed: %v", got)
			}
			if row.replayed && row.first == row.second && second.text != first.text {
				t.Errorf("replayed as %s instead of %s", second.text, first.text)
			}
			if got := x.made(); got != row.made {
				t.Errorf("%d payments, want %d", got, row.made)
			}
			if second.header.Get("Idempotency-Key") != "k1" {
				t.Error("the key is not echoed")
			}
		})
	}
}

// [official: idempotent requests, "at least 24 hours"]
func TestAKeyIsForgottenAfterADay(t *testing.T) {
	x := open(t, simConfig())
	for _, row := range []struct {
		wait time.Duration
		made int
	}{{0, 1}, {24*time.Hour - time.Second, 1}, {time.Second, 2}} {
		x.clock.Advance(row.wait)
		x.do(http.MethodPost, "/v1/payment_intents", "amount=2000&currency=usd", "Idempotency-Key", "k")
		if got := x.made(); got != row.made {
			t.Errorf("after %v more: %d payments, want %d", row.wait, got, row.made)
		}
	}
}

// [official: idempotent requests, "compares incoming parameters"; community: 400]
func TestAKeyBelongsToItsRequest(t *testing.T) {
	x := open(t, sim.Config{Connected: []string{"acct_other"}})
	x.do(http.MethodPost, "/v1/payment_intents", "amount=2000&currency=usd", "Idempotency-Key", "k")
	for name, row := range map[string]struct {
		path, form string
		status     int
	}{
		"the same":                   {"/v1/payment_intents", "amount=2000&currency=usd", 200},
		"the same in another order":  {"/v1/payment_intents", "currency=usd&amount=2000", 200},
		"other parameters":           {"/v1/payment_intents", "amount=2001&currency=usd", 400},
		"another operation":          {"/v1/customers", "name=Ada", 400},
		"the same with one more":     {"/v1/payment_intents", "amount=2000&currency=usd&description=x", 400},
		"a key that is far too long": {"/v1/customers", strings.Repeat("k", 256), 400},
	} {
		key := "k"
		if len(row.form) == 256 {
			key, row.form = row.form, "name=Ada"
		}
		out := x.do(http.MethodPost, row.path, row.form, "Idempotency-Key", key)
		if out.status != row.status {
			t.Errorf("%s: %d %s", name, out.status, out.text)
		}
		if out.status == 400 && at(out.body, "error", "type") != "idempotency_error" {
			t.Errorf("%s: %v", name, out.body)
		}
	}
	if out := x.do(http.MethodPost, "/v1/customers", "name=Ada", "Idempotency-Key", "k", "Stripe-Account", "acct_other"); out.status != 200 {
		t.Errorf("the key of another account: %d", out.status)
	}
}

// [official: idempotent requests: 409; unsure: its type, so both] Of two at once, one is under way and the other is told so.
func TestAKeyUnderWay(t *testing.T) {
	for _, kind := range []string{"invalid_request_error", "idempotency_error"} {
		x := open(t, simConfig())
		x.switches(func(s *sim.Switches) { s.WriteMS, s.InUseType = 60_000, kind })
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		answers := make(chan answer, 2)
		for range 2 {
			go func() {
				out, _ := x.tryIn(ctx, http.MethodPost, "/v1/customers", "name=Ada", "Idempotency-Key", "k")
				answers <- out
			}()
		}
		told := <-answers
		if told.status != 409 || at(told.body, "error", "code") != "idempotency_key_in_use" || at(told.body, "error", "type") != kind {
			t.Errorf("%d %v", told.status, told.body)
		}
		stop() // whoever gave up, the vendor goes on
		<-answers
		x.switches(func(s *sim.Switches) { s.WriteMS = 0 })
		for deadline := time.Now().Add(20 * time.Second); ; {
			again := x.do(http.MethodPost, "/v1/customers", "name=Ada", "Idempotency-Key", "k")
			if again.status == 200 {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d %s", again.status, again.text)
			}
		}
		if got := len(ids(x.get("/v1/customers"))); got != 1 {
			t.Errorf("%d customers", got)
		}
	}
}

// GET and DELETE are idempotent by definition. [official: idempotent requests]
func TestAKeyOnADeletionIsIgnored(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer()
	x.do(http.MethodDelete, "/v1/customers/"+id, "", "Idempotency-Key", "k")
	if again := x.do(http.MethodDelete, "/v1/customers/"+id, "", "Idempotency-Key", "k"); again.status != 404 {
		t.Errorf("%d", again.status)
	}
}
