package sim_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func (x *shop) seat(params ...string) string {
	x.Helper()
	return x.create("/v1/prices", append([]string{"currency=usd", "unit_amount=500", "recurring[interval]=month", "product_data[name]=Seat"}, params...)...)
}

// [official: OpenAPI subscriptions payment_behavior, status]
func TestHowASubscriptionBegins(t *testing.T) {
	for name, row := range map[string]struct {
		method, params string
		status         int
		state          string
	}{
		"with a good card":                        {"pm_card_visa", "", 200, "active"},
		"with a card that is declined":            {"pm_card_visa_chargeDeclined", "", 200, "incomplete"},
		"with one that asks who it is":            {"pm_card_threeDSecure2Required", "", 200, "incomplete"},
		"paid for later":                          {"pm_card_visa", "&payment_behavior=default_incomplete", 200, "incomplete"},
		"with an invoice that is sent":            {"pm_card_visa", "&collection_method=send_invoice&days_until_due=14", 200, "active"},
		"free at first":                           {"pm_card_visa", "&trial_period_days=14", 200, "trialing"},
		"with an error when the card is declined": {"pm_card_visa_chargeDeclined", "&payment_behavior=error_if_incomplete", 402, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			customer := x.customer("invoice_settings[default_payment_method]=" + row.method)
			out := x.do(http.MethodPost, "/v1/subscriptions", "customer="+customer+"&items[0][price]="+x.seat()+"&items[0][quantity]=3"+row.params)
			if out.status != row.status || str(out.body["status"]) != row.state {
				t.Fatalf("%d %s", out.status, out.text)
			}
			if row.status != 200 {
				return
			}
			if _, there := out.body["current_period_end"]; there {
				t.Error("its period is back; it is the items' since 2025-03-31")
			}
			item := rows(out.body["items"].(object))[0]
			if number(item["current_period_end"]) <= number(item["current_period_start"]) || number(item["quantity"]) != 3 {
				t.Errorf("%v", item)
			}
			invoice := x.get("/v1/invoices/" + str(out.body["latest_invoice"]))
			if at(invoice, "parent", "subscription_details", "subscription") != out.body["id"] || invoice["billing_reason"] != "subscription_create" {
				t.Errorf("%v", invoice)
			}
		})
	}
}

// [official: api subscriptions list, "status"]
func TestListsHideWhatIsCanceled(t *testing.T) {
	x := open(t, simConfig())
	customer, seat := x.customer("invoice_settings[default_payment_method]=pm_card_visa"), x.seat()
	live := x.create("/v1/subscriptions", "customer="+customer, "items[0][price]="+seat)
	ended := x.create("/v1/subscriptions", "customer="+customer, "items[0][price]="+seat)
	if got := x.do(http.MethodDelete, "/v1/subscriptions/"+ended, "cancellation_details[comment]=too+dear").body; got["status"] != "canceled" || at(got, "cancellation_details", "comment") != "too dear" {
		t.Errorf("%v", got)
	}
	for query, want := range map[string][]string{
		"": {live}, "status=all": {ended, live}, "status=canceled": {ended}, "status=active": {live}, "status=ended": {ended}, "price=" + seat: {live},
		"customer=" + x.customer(): nil,
	} {
		if got := ids(x.get("/v1/subscriptions", query)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	if got := x.get("/v1/subscriptions/" + ended)["status"]; got != "canceled" {
		t.Errorf("it can no longer be read: %v", got)
	}
	x.refused(404, http.MethodDelete, "/v1/subscriptions/"+ended)
	x.refused(400, http.MethodPost, "/v1/subscriptions/"+ended, "description=x")
	x.post("/v1/subscriptions/"+ended, "metadata[a]=1")
}

func TestAPeriodEnds(t *testing.T) {
	x := open(t, simConfig())
	customer := x.customer("invoice_settings[default_payment_method]=pm_card_visa")
	sub := x.post("/v1/subscriptions", "customer="+customer, "items[0][price]="+x.seat())
	first := number(rows(sub["items"].(object))[0]["current_period_end"])
	x.happened()
	x.clock.Advance(time.Unix(int64(first), 0).Sub(x.clock.Now()))
	next := x.get("/v1/subscriptions/" + str(sub["id"]))
	item := rows(next["items"].(object))[0]
	if number(item["current_period_start"]) != first || next["latest_invoice"] == sub["latest_invoice"] {
		t.Errorf("%v", next)
	}
	if got := x.happened(); !slices.Contains(got, "invoice.created") || !slices.Contains(got, "customer.subscription.updated") {
		t.Errorf("events %v", got)
	}
	x.clock.Advance(time.Hour)
	x.get("/v1/balance")
	x.clock.Advance(time.Hour)
	if got := x.get("/v1/invoices/" + str(next["latest_invoice"])); got["status"] != "paid" || got["billing_reason"] != "subscription_cycle" {
		t.Errorf("two hours later: %v %v", got["status"], got["billing_reason"])
	}
}

// [official: OpenAPI subscription status: 23 hours]
func TestAFirstInvoiceThatIsNotPaid(t *testing.T) {
	for name, paid := range map[string]bool{"in time": true, "ever": false} {
		x := open(t, simConfig())
		sub := x.post("/v1/subscriptions", "customer="+x.customer("invoice_settings[default_payment_method]=pm_card_visa_chargeDeclined"), "items[0][price]="+x.seat())
		want := "incomplete_expired"
		if paid {
			x.post("/v1/invoices/"+str(sub["latest_invoice"])+"/pay", "payment_method=pm_card_visa")
			want = "active"
		}
		x.clock.Advance(23 * time.Hour)
		if got := x.get("/v1/subscriptions/" + str(sub["id"]))["status"]; got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// [official: OpenAPI pause_collection: the status stays; unsure: whether customer.subscription.paused is told, so both]
func TestCollectionPauses(t *testing.T) {
	for _, told := range []bool{false, true} {
		for behavior, invoice := range map[string]string{"keep_as_draft": "draft", "void": "void", "mark_uncollectible": "uncollectible"} {
			x := open(t, simConfig())
			x.switches(func(s *sim.Switches) { s.PausedIsEvent = told })
			sub := x.create("/v1/subscriptions", "customer="+x.customer("invoice_settings[default_payment_method]=pm_card_visa"), "items[0][price]="+x.seat())
			paused := x.post("/v1/subscriptions/"+sub, "pause_collection[behavior]="+behavior)
			if paused["status"] != "active" || at(paused, "pause_collection", "behavior") != behavior {
				t.Errorf("%v", paused)
			}
			if got := slices.Contains(x.events(), "customer.subscription.paused"); got != told {
				t.Errorf("paused told: %v", got)
			}
			x.clock.Advance(31 * 24 * time.Hour)
			now := x.get("/v1/subscriptions/"+sub, "expand[]=latest_invoice")
			if got := at(now, "latest_invoice", "status"); got != invoice {
				t.Errorf("%s leaves the invoice %v", behavior, got)
			}
			if got := x.post("/v1/subscriptions/"+sub, "pause_collection="); got["pause_collection"] != nil {
				t.Errorf("%v", got)
			}
		}
	}
}

// [official: api subscriptions update, cancel_at_period_end]
func TestACancellationForThePeriodsEnd(t *testing.T) {
	x := open(t, simConfig())
	sub := x.create("/v1/subscriptions", "customer="+x.customer("invoice_settings[default_payment_method]=pm_card_visa"), "items[0][price]="+x.seat())
	if got := x.post("/v1/subscriptions/"+sub, "cancel_at_period_end=true"); got["status"] != "active" || got["cancel_at"] == nil || got["canceled_at"] == nil {
		t.Errorf("%v", got)
	}
	if got := x.post("/v1/subscriptions/"+sub, "cancel_at_period_end=false"); got["cancel_at"] != nil {
		t.Errorf("taken back: %v", got)
	}
	x.post("/v1/subscriptions/"+sub, "cancel_at_period_end=true")
	x.clock.Advance(31 * 24 * time.Hour)
	if got := x.get("/v1/subscriptions/" + sub); got["status"] != "canceled" || got["ended_at"] == nil {
		t.Errorf("at the end: %v", got["status"])
	}
}

// [official: api subscriptions update, items]
func TestItemsOfASubscription(t *testing.T) {
	x := open(t, simConfig())
	seat, desk := x.seat(), x.seat("nickname=desk")
	sub := x.post("/v1/subscriptions", "customer="+x.customer("invoice_settings[default_payment_method]=pm_card_visa"), "items[0][price]="+seat)
	id, item := "/v1/subscriptions/"+str(sub["id"]), str(rows(sub["items"].(object))[0]["id"])
	x.post(id, "items[0][id]="+item, "items[0][quantity]=7", "items[1][price]="+desk, "proration_behavior=none")
	now := rows(x.get(id)["items"].(object))
	if len(now) != 2 || number(now[0]["quantity"]) != 7 || at(now[1], "price", "id") != desk || now[1]["current_period_end"] != now[0]["current_period_end"] {
		t.Errorf("%v", now)
	}
	x.post(id, "items[0][id]="+item, "items[0][deleted]=true")
	if got := rows(x.get(id)["items"].(object)); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if got := ids(x.get("/v1/subscription_items", "subscription="+str(sub["id"]))); !slices.Equal(got, []string{str(now[1]["id"])}) {
		t.Errorf("%v", got)
	}
	x.refused(400, http.MethodPost, id, "items[0][id]="+str(now[1]["id"]), "items[0][deleted]=true")
	x.refused(400, http.MethodPost, id, "items[0][id]=si_other")
}

func TestATrialThatEndsWithoutAMethod(t *testing.T) {
	x := open(t, simConfig())
	sub := x.create("/v1/subscriptions", "customer="+x.customer(), "items[0][price]="+x.seat(), "trial_period_days=7", "trial_settings[end_behavior][missing_payment_method]=pause")
	x.refused(400, http.MethodPost, "/v1/subscriptions/"+sub+"/resume")
	x.clock.Advance(7 * 24 * time.Hour)
	if got := x.get("/v1/subscriptions/" + sub)["status"]; got != "paused" {
		t.Fatalf("%v", got)
	}
	if got := x.post("/v1/subscriptions/" + sub + "/resume")["status"]; got != "active" {
		t.Errorf("%v", got)
	}
	if got := x.events("type=customer.subscription.*"); !slices.Contains(got, "customer.subscription.paused") || !slices.Contains(got, "customer.subscription.resumed") {
		t.Errorf("%v", got)
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	x := open(t, simConfig())
	customer, once := x.customer(), x.create("/v1/prices", "currency=usd", "unit_amount=1", "product_data[name]=Thing")
	old := x.seat()
	x.post("/v1/prices/"+old, "active=false")
	for name, params := range map[string]string{
		"without items":            "customer=" + customer,
		"for nobody":               "customer=cus_no&items[0][price]=" + x.seat(),
		"of what is billed once":   "customer=" + customer + "&items[0][price]=" + once,
		"of a price gone":          "customer=" + customer + "&items[0][price]=" + old,
		"in two currencies":        "customer=" + customer + "&items[0][price]=" + x.seat() + "&items[1][price]=" + x.seat("currency=eur"),
		"sent, without a date":     "customer=" + customer + "&items[0][price]=" + x.seat() + "&collection_method=send_invoice",
		"with a trial in the past": "customer=" + customer + "&items[0][price]=" + x.seat() + "&trial_end=1",
	} {
		if out := x.do(http.MethodPost, "/v1/subscriptions", params); out.status != 400 {
			t.Errorf("%s: %d %s", name, out.status, out.text)
		}
	}
}
