package sim_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// [official: api charges]
func TestChargesAreFoundByTheirPayment(t *testing.T) {
	x := open(t, simConfig())
	ada := x.customer()
	id := x.intent("customer=" + ada)
	x.refused(402, http.MethodPost, "/v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_visa_chargeDeclined")
	x.post("/v1/payment_intents/"+id+"/confirm", "payment_method=pm_card_visa")
	x.paid()
	of := rows(x.get("/v1/charges", "payment_intent="+id))
	if len(of) != 2 || of[0]["status"] != "succeeded" || of[1]["status"] != "failed" || at(of[1], "outcome", "reason") != "generic_decline" {
		t.Errorf("%v", of)
	}
	if got := ids(x.get("/v1/charges", "customer="+ada)); !slices.Equal(got, []string{str(of[0]["id"]), str(of[1]["id"])}) {
		t.Errorf("%v", got)
	}
	x.post("/v1/charges/"+str(of[0]["id"]), "description=seen", "metadata[a]=1")
	if e := rows(x.get("/v1/events", "type=charge.updated"))[0]; !equal(at(e, "data", "previous_attributes"), object{"description": nil, "metadata": object{"a": nil}}) {
		t.Errorf("%v", at(e, "data", "previous_attributes"))
	}
	x.refused(404, http.MethodGet, "/v1/charges/ch_no")
}

// A pause ends by itself. [official: pause payment, resumes_at]
func TestAPauseThatEndsByItself(t *testing.T) {
	x := open(t, simConfig())
	sub := x.create("/v1/subscriptions", "customer="+x.customer("invoice_settings[default_payment_method]=pm_card_visa"), "items[0][price]="+x.seat())
	x.post("/v1/subscriptions/"+sub, "pause_collection[behavior]=void", "pause_collection[resumes_at]=1772700000")
	x.clock.Advance(time.Unix(1772700000, 0).Sub(x.clock.Now()))
	if got := x.get("/v1/subscriptions/" + sub)["pause_collection"]; got != nil {
		t.Errorf("%v", got)
	}
}

// A card that stops working in the middle makes the subscription past due, and its customer delinquent, until somebody pays.
// [official: OpenAPI subscription status, customer delinquent]
func TestARenewalThatIsDeclined(t *testing.T) {
	x := open(t, simConfig())
	ada := x.customer("invoice_settings[default_payment_method]=pm_card_visa")
	sub := x.create("/v1/subscriptions", "customer="+ada, "items[0][price]="+x.seat())
	x.post("/v1/customers/"+ada, "invoice_settings[default_payment_method]=pm_card_visa_chargeDeclined")
	x.clock.Advance(31 * 24 * time.Hour)
	x.get("/v1/balance")
	for range 3 {
		x.clock.Advance(time.Hour)
		x.get("/v1/balance")
	}
	now := x.get("/v1/subscriptions/"+sub, "expand[]=latest_invoice")
	if now["status"] != "past_due" || at(now, "latest_invoice", "status") != "open" || x.get("/v1/customers/" + ada)["delinquent"] != true {
		t.Fatalf("%v with %v", now["status"], at(now, "latest_invoice", "status"))
	}
	x.post("/v1/invoices/"+str(at(now, "latest_invoice", "id"))+"/pay", "payment_method=pm_card_visa")
	if got := x.get("/v1/subscriptions/" + sub)["status"]; got != "active" || x.get("/v1/customers/" + ada)["delinquent"] != false {
		t.Errorf("paid, and %v", got)
	}
}

// What a person does is told as anybody's, and an event can be looked up as it really is.
func TestTheTruthOfAnEvent(t *testing.T) {
	x := open(t, sim.Config{DefaultVersion: version})
	x.customer()
	id := ids(x.get("/v1/events"))[0]
	if got := x.control(http.MethodGet, "/control/stripe/objects/"+id, ""); got["type"] != "customer.created" {
		t.Errorf("%v", got)
	}
}
