package sim_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// draft is a draft of 15 dollars for a customer with a good card.
func (x *shop) draft(params ...string) (invoice, customer string) {
	x.Helper()
	customer = x.customer("invoice_settings[default_payment_method]=pm_card_visa")
	invoice = x.create("/v1/invoices", append([]string{"customer=" + customer}, params...)...)
	x.post("/v1/invoiceitems", "invoice="+invoice, "customer="+customer, "amount=1500", "currency=usd", "description=Support")
	return invoice, customer
}

// [official: workflow transitions]
func TestWhereAnInvoiceMayGo(t *testing.T) {
	states := map[string][]string{
		"draft": nil, "open": {"finalize"}, "paid": {"finalize", "pay"}, "void": {"finalize", "void"}, "uncollectible": {"finalize", "mark_uncollectible"},
	}
	allowed := map[string]map[string]string{
		"draft":         {"finalize": "open", "pay": "paid", "send": "open"},
		"open":          {"pay": "paid", "void": "void", "mark_uncollectible": "uncollectible", "send": "open"},
		"paid":          {"send": "paid"},
		"void":          {},
		"uncollectible": {"pay": "paid", "void": "void"},
	}
	for state, way := range states {
		for _, move := range []string{"finalize", "pay", "send", "void", "mark_uncollectible"} {
			t.Run(move+" what is "+state, func(t *testing.T) {
				x := open(t, simConfig())
				id, _ := x.draft("collection_method=send_invoice", "days_until_due=30")
				for _, step := range way {
					x.post("/v1/invoices/" + id + "/" + step)
				}
				if got := x.get("/v1/invoices/" + id)["status"]; got != state {
					t.Fatalf("it is %v", got)
				}
				out := x.do(http.MethodPost, "/v1/invoices/"+id+"/"+move, "")
				want, may := allowed[state][move]
				if !may {
					want = state
				}
				if (out.status == 200) != may || x.get("/v1/invoices/" + id)["status"] != want {
					t.Errorf("%d, and it is %v; want %v", out.status, x.get("/v1/invoices/" + id)["status"], want)
				}
			})
		}
	}
}

// [official: workflow transitions; OpenAPI; unsure: the .updated twins, so both]
func TestEventsOfAnInvoice(t *testing.T) {
	for _, twins := range []bool{false, true} {
		x := open(t, simConfig())
		x.switches(func(s *sim.Switches) { s.InvoiceTwins = twins })
		id, _ := x.draft("collection_method=send_invoice", "days_until_due=30")
		x.happened()
		for _, row := range []struct {
			move   string
			events []string
		}{
			{"finalize", []string{"customer.updated", "payment_intent.created", "invoice.finalized"}},
			{"send", []string{"invoice.sent"}},
			{"mark_uncollectible", []string{"invoice.marked_uncollectible"}},
			{"pay", []string{"charge.succeeded", "payment_intent.succeeded", "invoice_payment.paid", "invoice.paid", "invoice.payment_succeeded"}},
		} {
			x.post("/v1/invoices/" + id + "/" + row.move)
			got := slices.DeleteFunc(x.happened(), func(name string) bool { return twins && (name == "invoice.updated" || name == "charge.updated") })
			if !slices.Equal(got, row.events) {
				t.Errorf("%s with twins %v: %v", row.move, twins, got)
			}
		}
	}
}

// [official: OpenAPI invoice_payment: the only link between invoice and payment since 2025-03-31]
func TestAnInvoiceAndItsPaymentsAreLinked(t *testing.T) {
	x := open(t, simConfig())
	id, customer := x.draft()
	x.post("/v1/invoices/" + id + "/finalize")
	paid := x.post("/v1/invoices/"+id+"/pay", "expand[]=payments", "expand[]=customer")
	for _, gone := range []string{"paid", "charge", "payment_intent", "subscription"} {
		if _, there := paid[gone]; there {
			t.Errorf("%s is back", gone)
		}
	}
	links := rows(paid["payments"].(object))
	if len(links) != 1 || links[0]["status"] != "paid" || number(links[0]["amount_paid"]) != 1500 || links[0]["is_default"] != true {
		t.Fatalf("%v", links)
	}
	intent := str(at(links[0], "payment", "payment_intent"))
	if p := x.get("/v1/payment_intents/" + intent); p["status"] != "succeeded" || p["customer"] != customer {
		t.Errorf("%v", p)
	}
	if got := ids(x.get("/v1/invoice_payments", "payment[type]=payment_intent", "payment[payment_intent]="+intent)); !slices.Equal(got, []string{str(links[0]["id"])}) {
		t.Errorf("by payment: %v", got)
	}
	if at(paid, "customer", "id") != customer || paid["number"] == nil || paid["hosted_invoice_url"] == nil || number(paid["amount_remaining"]) != 0 {
		t.Errorf("%v", paid)
	}
	x.refused(400, http.MethodPost, "/v1/payment_intents/"+intent+"/cancel")
}

func TestThePaymentOfAnInvoiceCannotBeCanceledByItself(t *testing.T) {
	x := open(t, simConfig())
	id, _ := x.draft()
	open := x.post("/v1/invoices/"+id+"/finalize", "expand[]=payments")
	intent := str(at(rows(open["payments"].(object))[0], "payment", "payment_intent"))
	x.refused(400, http.MethodPost, "/v1/payment_intents/"+intent+"/cancel")
	x.post("/v1/invoices/" + id + "/void")
	if p := x.get("/v1/payment_intents/" + intent); p["status"] != "canceled" || p["cancellation_reason"] != "void_invoice" {
		t.Errorf("%v", p)
	}
}

// [official: OpenAPI: api invoices pay]
func TestPayingAnInvoice(t *testing.T) {
	for name, row := range map[string]struct {
		params string
		status int
		code   any
		state  string
	}{
		"with the customer's method":   {"", 200, nil, "paid"},
		"with another":                 {"payment_method=pm_card_mastercard", 200, nil, "paid"},
		"with one that is declined":    {"payment_method=pm_card_visa_chargeDeclined", 402, "card_declined", "open"},
		"with one that asks who it is": {"payment_method=pm_card_threeDSecure2Required", 402, "invoice_payment_intent_requires_action", "open"},
		"outside the vendor":           {"paid_out_of_band=true", 200, nil, "paid"},
		"with a method that is none":   {"payment_method=pm_nothing", 400, "resource_missing", "open"},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			id, customer := x.draft()
			x.post("/v1/invoices/" + id + "/finalize")
			out := x.do(http.MethodPost, "/v1/invoices/"+id+"/pay", row.params)
			after := x.get("/v1/invoices/" + id)
			if out.status != row.status || at(out.body, "error", "code") != row.code || after["status"] != row.state {
				t.Errorf("%d %s, and it is %v", out.status, out.text, after["status"])
			}
			if name == "with one that is declined" && (number(after["attempt_count"]) != 1 || !slices.Contains(x.events(), "invoice.payment_failed")) {
				t.Errorf("attempts %v", after["attempt_count"])
			}
			if got := x.get("/v1/customers/" + customer)["delinquent"]; got != (row.code == "card_declined") {
				t.Errorf("delinquent: %v", got)
			}
			if name == "outside the vendor" && (number(after["amount_paid_off_stripe"]) != 1500 || number(after["amount_remaining"]) != 0) {
				t.Errorf("%v", after)
			}
		})
	}
	x := open(t, simConfig())
	id := x.create("/v1/invoices", "customer="+x.customer())
	x.post("/v1/invoiceitems", "invoice="+id, "amount=1500")
	x.refused(400, http.MethodPost, "/v1/invoices/"+id+"/pay") // nobody has a payment method
}

// [official: error codes invoice_not_editable; api invoiceitems]
func TestADraftIsWrittenAndAFinalInvoiceIsNot(t *testing.T) {
	x := open(t, simConfig())
	id, customer := x.draft("metadata[a]=1")
	price := x.create("/v1/prices", "currency=usd", "unit_amount=250", "product_data[name]=Hour")
	item := x.create("/v1/invoiceitems", "invoice="+id, "customer="+customer, "pricing[price]="+price, "quantity=4")
	if got := number(x.get("/v1/invoices/" + id)["total"]); got != 2500 {
		t.Errorf("total %d", got)
	}
	x.post("/v1/invoiceitems/"+item, "quantity=2")
	if got := number(x.get("/v1/invoices/" + id)["amount_due"]); got != 2000 {
		t.Errorf("with a smaller quantity: %d", got)
	}
	lines := rows(x.get("/v1/invoices/" + id + "/lines"))
	if len(lines) != 2 || at(lines[1], "parent", "invoice_item_details", "invoice_item") != item {
		t.Errorf("lines %v", lines)
	}
	x.do(http.MethodDelete, "/v1/invoiceitems/"+item, "")
	x.post("/v1/invoices/"+id, "description=March", "metadata[b]=2")
	if got := x.post("/v1/invoices/" + id + "/finalize"); number(got["total"]) != 1500 || got["description"] != "March" {
		t.Errorf("%v", got)
	}
	for name, no := range map[string]object{
		"another description": x.refused(400, http.MethodPost, "/v1/invoices/"+id, "description=April"),
		"another item":        x.refused(400, http.MethodPost, "/v1/invoiceitems", "invoice="+id, "amount=1"),
	} {
		if no["code"] != "invoice_not_editable" {
			t.Errorf("%s: %v", name, no)
		}
	}
	x.post("/v1/invoices/"+id, "metadata[c]=3")
	x.switches(func(s *sim.Switches) { s.OpenMemo = true }) // [unsure]
	if got := x.post("/v1/invoices/"+id, "description=April"); got["description"] != "April" {
		t.Errorf("%v", got["description"])
	}
	x.refused(400, http.MethodPost, "/v1/invoices/"+id, "collection_method=send_invoice")
}

// [official: api invoices delete]
func TestOnlyADraftCanBeDeleted(t *testing.T) {
	x := open(t, simConfig())
	id, _ := x.draft()
	if gone := x.do(http.MethodDelete, "/v1/invoices/"+id, ""); !equal(gone.body, object{"id": id, "object": "invoice", "deleted": true}) {
		t.Errorf("%v", gone.body)
	}
	x.refused(404, http.MethodGet, "/v1/invoices/"+id)
	if got := ids(x.get("/v1/invoiceitems")); len(got) != 0 {
		t.Errorf("its items stay: %v", got)
	}
	final, _ := x.draft()
	x.post("/v1/invoices/" + final + "/finalize")
	x.refused(400, http.MethodDelete, "/v1/invoices/"+final)
}

// [unsure] both ways.
func TestAnInvoiceWithoutLines(t *testing.T) {
	x := open(t, simConfig())
	id := x.create("/v1/invoices", "customer="+x.customer())
	if no := x.refused(400, http.MethodPost, "/v1/invoices/"+id+"/finalize"); no["code"] != "invoice_no_customer_line_items" {
		t.Errorf("%v", no)
	}
	x.switches(func(s *sim.Switches) { s.EmptyInvoice = "paid" })
	if got := x.post("/v1/invoices/" + id + "/finalize"); got["status"] != "paid" {
		t.Errorf("%v", got["status"])
	}
}

// [unsure] both ways.
func TestADraftThatIsSent(t *testing.T) {
	x := open(t, simConfig())
	x.switches(func(s *sim.Switches) { s.SendFinalizes = false })
	id, _ := x.draft("collection_method=send_invoice", "days_until_due=30")
	x.refused(400, http.MethodPost, "/v1/invoices/"+id+"/send")
	charged, _ := x.draft()
	x.switches(func(s *sim.Switches) { s.SendFinalizes = true })
	x.post("/v1/invoices/" + id + "/send")
	x.refused(400, http.MethodPost, "/v1/invoices/"+charged+"/send") // it is charged, not sent
}

// [official: OpenAPI pending_invoice_items_behavior; customer balance]
func TestItemsThatWaitAndCreditThatIsSpent(t *testing.T) {
	x := open(t, simConfig())
	customer := x.customer("balance=-400")
	x.post("/v1/invoiceitems", "customer="+customer, "amount=1000", "currency=usd")
	x.post("/v1/invoiceitems", "customer="+customer, "amount=200", "currency=usd")
	if got := ids(x.get("/v1/invoiceitems", "pending=true")); len(got) != 2 {
		t.Errorf("waiting: %v", got)
	}
	without := x.post("/v1/invoices", "customer="+customer)
	with := x.post("/v1/invoices", "customer="+customer, "pending_invoice_items_behavior=include")
	if number(without["total"]) != 0 || number(with["total"]) != 1200 || number(with["amount_due"]) != 800 {
		t.Errorf("without %v, with %v of which %v is due", without["total"], with["total"], with["amount_due"])
	}
	x.post("/v1/invoices/" + str(with["id"]) + "/finalize")
	if got := number(x.get("/v1/customers/" + customer)["balance"]); got != 0 {
		t.Errorf("the credit is still %d", got)
	}
}

// [official: automatic advancement: an hour after the webhook for it was taken, or 72 hours without]
func TestADraftFinalizesItself(t *testing.T) {
	for name, row := range map[string]struct {
		hook   int // status of the receiver; 0: there is no endpoint
		before time.Duration
		after  time.Duration
	}{
		"nobody listens":             {0, time.Hour - time.Second, time.Second},
		"the webhook is taken":       {200, time.Hour - time.Second, time.Second},
		"the webhook is never taken": {500, 72*time.Hour - time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			if row.hook != 0 {
				x.listen(row.hook, "invoice.created")
			}
			id, _ := x.draft("auto_advance=true")
			if row.hook != 0 {
				x.settled()
			}
			x.clock.Advance(row.before)
			if got := x.get("/v1/invoices/" + id)["status"]; got != "draft" {
				t.Fatalf("already %v", got)
			}
			x.clock.Advance(row.after)
			if got := x.get("/v1/invoices/" + id)["status"]; got != "open" {
				t.Fatalf("still %v", got)
			}
			x.clock.Advance(time.Hour)
			if got := x.get("/v1/invoices/" + id)["status"]; got != "paid" {
				t.Errorf("an hour later %v", got)
			}
		})
	}
}

func TestWhatASentInvoiceNeeds(t *testing.T) {
	x := open(t, simConfig())
	id := x.customer()
	x.refused(400, http.MethodPost, "/v1/invoices", "customer="+id, "collection_method=send_invoice")
	x.refused(400, http.MethodPost, "/v1/invoices", "customer="+id, "days_until_due=3")
	x.refused(400, http.MethodPost, "/v1/invoices")
	sent := x.post("/v1/invoices", "customer="+id, "collection_method=send_invoice", "days_until_due=3")
	if got := number(sent["due_date"]) - number(sent["created"]); got != 3*86400 {
		t.Errorf("due after %d s", got)
	}
	if got := ids(x.get("/v1/invoices", "status=draft", "customer="+id, "collection_method=send_invoice", "due_date[gt]=1")); len(got) != 1 {
		t.Errorf("%v", got)
	}
}
