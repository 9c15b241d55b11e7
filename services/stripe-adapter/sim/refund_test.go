package sim_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// [official: api refunds, changelog 2024-10-28 for refund.created]
func TestARefundGivesBack(t *testing.T) {
	x := open(t, simConfig())
	id := x.paid("capture_method=automatic")
	x.happened()
	r := x.post("/v1/refunds", "payment_intent="+id, "amount=500", "reason=requested_by_customer", "metadata[op]=1")
	if r["status"] != "succeeded" || number(r["amount"]) != 500 || r["livemode"] != nil {
		t.Errorf("%v", r)
	}
	if got := x.happened(); !slices.Equal(got, []string{"refund.created", "charge.refunded"}) {
		t.Errorf("events %v", got)
	}
	x.post("/v1/refunds", "charge="+str(r["charge"]))
	c := x.get("/v1/charges/"+str(r["charge"]), "expand[]=refunds")
	if number(c["amount_refunded"]) != 2000 || c["refunded"] != true || len(rows(at(c, "refunds").(object))) != 2 {
		t.Errorf("%v", c)
	}
	if got := ids(x.get("/v1/refunds", "payment_intent="+id)); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// [official: error codes; api refunds]
func TestRefundsThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		prepare func(*shop, string) // before, on a payment of 2000
		params  string
		status  int
		code    any
	}{
		"more than was paid":     {nil, "amount=2001", 400, nil},
		"nothing":                {nil, "amount=0", 400, "parameter_invalid_integer"},
		"less than nothing":      {nil, "amount=-5", 400, "parameter_invalid_integer"},
		"more than is left":      {func(x *shop, id string) { x.post("/v1/refunds", "payment_intent="+id, "amount=1500") }, "amount=501", 400, nil},
		"what went back already": {func(x *shop, id string) { x.post("/v1/refunds", "payment_intent="+id) }, "", 400, "charge_already_refunded"},
		"what is disputed": {func(x *shop, id string) {
			_ = x.stripe.Dispute(str(x.get("/v1/payment_intents/" + id)["latest_charge"]))
		}, "", 400, "charge_disputed"},
		"without money in the purse": {func(x *shop, _ string) { x.switches(func(s *sim.Switches) { s.NoBalance = true }) }, "", 400, "balance_insufficient"},
		"for a reason of its own":    {nil, "reason=because", 400, nil},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			id := x.paid()
			if row.prepare != nil {
				row.prepare(x, id)
			}
			before := len(x.events())
			no := x.refused(row.status, http.MethodPost, "/v1/refunds", "payment_intent="+id, row.params)
			if no["code"] != row.code {
				t.Errorf("%v", no)
			}
			if len(x.events()) != before {
				t.Error("a refused refund told of something")
			}
		})
	}
	x := open(t, simConfig())
	x.refused(400, http.MethodPost, "/v1/refunds", "payment_intent="+x.intent())
	x.refused(400, http.MethodPost, "/v1/refunds", "amount=100")
	x.refused(404, http.MethodPost, "/v1/refunds", "payment_intent=pi_nothing")
}

// [official, second-hand: refunds page; community: test methods]
func TestHowARefundEnds(t *testing.T) {
	for name, row := range map[string]struct {
		method, begin string
		first, last   string
		events        []string
		back          int // what the charge has given back in the end
	}{
		"at once":                  {"pm_card_visa", "succeeded", "succeeded", "succeeded", nil, 2000},
		"later":                    {"pm_card_pendingRefund", "succeeded", "pending", "succeeded", []string{"refund.updated", "charge.refund.updated"}, 2000},
		"later, for every card":    {"pm_card_visa", "pending", "pending", "succeeded", []string{"refund.updated", "charge.refund.updated"}, 2000},
		"not at all, after all":    {"pm_card_refundFail", "succeeded", "succeeded", "failed", []string{"refund.updated", "charge.refund.updated", "refund.failed", "charge.updated"}, 0},
		"when the payee has acted": {"pm_card_visa", "requires_action", "requires_action", "requires_action", nil, 2000},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			x.switches(func(s *sim.Switches) { s.RefundsBegin = row.begin })
			id := x.intent("confirm=true", "capture_method=automatic", "payment_method="+row.method)
			r := x.post("/v1/refunds", "payment_intent="+id)
			if r["status"] != row.first {
				t.Errorf("at first %v", r["status"])
			}
			x.happened()
			x.clock.Advance(time.Minute)
			if got := x.get("/v1/refunds/" + str(r["id"])); got["status"] != row.last {
				t.Errorf("at last %v", got["status"])
			}
			if got := x.happened(); !slices.Equal(got, row.events) {
				t.Errorf("events %v", got)
			}
			if got := number(x.get("/v1/charges/" + str(r["charge"]))["amount_refunded"]); got != row.back {
				t.Errorf("given back: %d", got)
			}
		})
	}
}

// [official: api refunds cancel]
func TestOnlyARefundThatWaitsCanBeCanceled(t *testing.T) {
	x := open(t, simConfig())
	x.refused(400, http.MethodPost, "/v1/refunds/"+x.create("/v1/refunds", "payment_intent="+x.paid())+"/cancel")
	x.switches(func(s *sim.Switches) { s.RefundsBegin = "requires_action" })
	id := x.paid()
	r := x.create("/v1/refunds", "payment_intent="+id)
	if got := x.post("/v1/refunds/" + r + "/cancel"); got["status"] != "canceled" {
		t.Errorf("%v", got)
	}
	x.refused(400, http.MethodPost, "/v1/refunds/"+r+"/cancel")
	x.post("/v1/refunds/"+r, "metadata[seen]=yes")
	if again := x.post("/v1/refunds", "payment_intent="+id); number(again["amount"]) != 2000 {
		t.Errorf("what was canceled is not left to refund: %v", again["amount"])
	}
}
