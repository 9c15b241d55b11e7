package hook_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/breakwater-acl/breakwater/pkg/delivery"
	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/hook"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

var now = time.Unix(1767225600, 0) //nolint:gochecknoglobals // a constant time

func receiver(secrets ...string) hook.Hook {
	return hook.Hook{Now: func() time.Time { return now }, Endpoints: map[string]hook.Endpoint{
		"acme": {Secrets: secrets, Words: translate.Words{Connection: "acme"}}, "mute": {},
		"live":   {Secrets: secrets, Live: true, Words: translate.Words{Connection: "live"}},
		"theirs": {Secrets: secrets, Account: "acct_1", Words: translate.Words{Connection: "theirs"}},
	}}
}

// signed is a signature header as Stripe's own library makes it.
func signed(body, secret string, at time.Time) string {
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: []byte(body), Secret: secret, Timestamp: at}).Header
}

// v1 is the signature alone.
func v1(header string) string { _, s, _ := strings.Cut(header, ","); return s }

func TestWhichSignaturesAreProof(t *testing.T) {
	const body = `{"id":"evt_1"}`
	good := signed(body, "whsec_a", now)
	for name, row := range map[string]struct {
		header  string
		secrets []string
		body    string
		want    delivery.Proof
	}{
		"a signature":                        {good, []string{"whsec_a"}, body, delivery.Verified},
		"by the second of our secrets":       {good, []string{"whsec_b", "whsec_a"}, body, delivery.Verified},
		"one of two, while Stripe rolls":     {good + "," + v1(signed(body, "whsec_c", now)), []string{"whsec_c"}, body, delivery.Verified},
		"a scheme of another name beside it": {good + ",v0=00", []string{"whsec_a"}, body, delivery.Verified},
		"by a secret that is not ours":       {good, []string{"whsec_b"}, body, delivery.Rejected},
		"no secret is configured":            {good, nil, body, delivery.Rejected},
		"an empty secret is configured":      {signed(body, "", now), []string{""}, body, delivery.Rejected},
		"of another body":                    {good, []string{"whsec_a"}, body + " ", delivery.Rejected},
		"too old":                            {signed(body, "whsec_a", now.Add(-6*time.Minute)), []string{"whsec_a"}, body, delivery.Rejected},
		"old, and not too old":               {signed(body, "whsec_a", now.Add(-4*time.Minute)), []string{"whsec_a"}, body, delivery.Verified},
		"from the future":                    {signed(body, "whsec_a", now.Add(6*time.Minute)), []string{"whsec_a"}, body, delivery.Rejected},
		"its time was changed":               {"t=1767225601," + v1(good), []string{"whsec_a"}, body, delivery.Rejected},
		"no time":                            {v1(good), []string{"whsec_a"}, body, delivery.Rejected},
		"no signature":                       {"t=1767225600", []string{"whsec_a"}, body, delivery.Rejected},
		"only of another scheme":             {strings.Replace(good, "v1=", "v0=", 1), []string{"whsec_a"}, body, delivery.Rejected},
		"nothing":                            {"", []string{"whsec_a"}, body, delivery.Rejected},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{"Stripe-Signature": {row.header}}
			if got := receiver(row.secrets...).Prove(t.Context(), "acme", h, []byte(row.body)); got != row.want {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
	h := http.Header{"Stripe-Signature": {good}}
	for _, connection := range []string{"mute", "nobody"} {
		if receiver("whsec_a").Prove(t.Context(), connection, h, []byte(body)) != delivery.Rejected {
			t.Errorf("%s believes it", connection)
		}
	}
}

// What is rightly signed is believed as far as the connection is known to be of its account still.
func TestWhatIsSignedIsBelievedAsFarAsTheConnectionIs(t *testing.T) {
	const body = `{"id":"evt_1"}`
	for standing, want := range map[stripe.Standing]delivery.Proof{
		stripe.Proven: delivery.Verified, stripe.Unproven: delivery.Deferred, stripe.Foreign: delivery.Rejected,
	} {
		h := receiver()
		h.Endpoints["acme"] = hook.Endpoint{Secrets: []string{"whsec_a"}, Standing: func() stripe.Standing { return standing }}
		if got := h.Prove(t.Context(), "acme", http.Header{"Stripe-Signature": {signed(body, "whsec_a", now)}}, []byte(body)); got != want {
			t.Errorf("%v: %v, want %v", standing, got, want)
		}
	}
}

// event is one about object, in a version, with more fields.
func event(kind, version, object, more string) string {
	return fmt.Sprintf(`{"id":"evt_1","object":"event","api_version":%q,"created":1767225600,"livemode":false,"type":%q%s,"data":{"object":%s}}`, version, kind, more, object)
}

const (
	customer = `{"id":"cus_1","object":"customer","created":1,"email":null,"metadata":{},"name":"Ada","livemode":false}`
	refund   = `{"id":"re_1","object":"refund","amount":1,"currency":"usd","created":1,"metadata":{},"status":"succeeded","payment_intent":"pi_1"}`
	invoice  = `{"id":"in_1","object":"invoice","amount_due":1,"amount_paid":0,"amount_remaining":1,"collection_method":"send_invoice","created":1,"currency":"usd",
		"customer":"cus_1","metadata":{},"status":"open","status_transitions":{},"subtotal":1,"total":1}`
	// subscription is one with an item.
	subscription = `{"id":"sub_1","object":"subscription","cancel_at_period_end":false,"collection_method":"charge_automatically","created":1,"currency":"usd","customer":"cus_1",
		"items":{"object":"list","has_more":false,"data":[{"id":"si_1","price":{"id":"price_1"}}]},"metadata":{},"status":"active"}`
	item  = `{"id":"ii_1","object":"invoiceitem","invoice":"in_1","amount":1,"currency":"usd","discountable":true,"metadata":{},"period":{"start":1,"end":1}}`
	lines = `{"has_more":false,"data":[{"id":"il_1","amount":1,"currency":"usd","discountable":true,"metadata":{},"period":{"start":1,"end":1},
		"parent":{"invoice_item_details":{"invoice_item":"ii_1"}}},{"id":"il_2","amount":1,"currency":"usd","discountable":true,"metadata":{},"period":{"start":1,"end":2},
		"parent":{"subscription_item_details":{"subscription":"sub_1"}}}]}`
	charge = `{"id":"ch_1","object":"charge","payment_intent":"pi_1"}`
	job    = "0197f3c2-0000-7000-8000-000000000001"
)

func TestWhatAnEventTells(t *testing.T) {
	type want struct {
		Ref      mirror.Ref
		Snapshot bool
		Deleted  bool
		Mark     string
	}
	who := mirror.Ref{Kind: "customer", VendorID: "cus_1"}
	line := mirror.Ref{Kind: "item", VendorID: "in_1/ii_1"}
	bill := mirror.Ref{Kind: "invoice", VendorID: "in_1"}
	ends := mirror.Ref{Kind: "subscription", VendorID: "sub_1"}
	paid := mirror.Ref{Kind: "payment", VendorID: "pi_1"}
	ours := `,"request":{"id":"req_1","idempotency_key":"breakwater-` + job + `"}`
	for name, row := range map[string]struct {
		connection, body string
		want             want
	}{
		"a customer in our version":         {"acme", event("customer.updated", stripe.Version, customer, ""), want{who, true, false, ""}},
		"by a request of ours":              {"acme", event("customer.created", stripe.Version, customer, ours), want{who, true, false, job}},
		"changed by a request of ours":      {"acme", event("customer.updated", stripe.Version, customer, ours), want{who, true, false, ""}},
		"deleted":                           {"acme", event("customer.deleted", stripe.Version, customer, ""), want{who, true, true, ""}},
		"in another version":                {"acme", event("customer.updated", "2025-01-27.acacia", customer, ""), want{who, false, false, ""}},
		"in no version":                     {"acme", event("customer.updated", "", customer, ""), want{who, false, false, ""}},
		"of a shape that we cannot read":    {"acme", event("customer.updated", stripe.Version, `{"id":"cus_1","object":"customer"}`, ""), want{who, false, false, ""}},
		"a refund":                          {"acme", event("refund.created", stripe.Version, refund, ""), want{mirror.Ref{Kind: "refund", VendorID: "re_1"}, true, false, ""}},
		"a refund, by its old name":         {"acme", event("charge.refund.updated", stripe.Version, refund, ""), want{mirror.Ref{Kind: "refund", VendorID: "re_1"}, true, false, ""}},
		"a charge is its payment's":         {"acme", event("charge.updated", stripe.Version, charge, ""), want{paid, false, false, ""}},
		"so is a dispute":                   {"acme", event("charge.dispute.created", stripe.Version, strings.ReplaceAll(charge, "charge", "dispute"), ""), want{paid, false, false, ""}},
		"a charge of no payment":            {"acme", event("charge.updated", stripe.Version, `{"id":"ch_1","object":"charge","payment_intent":null}`, ""), want{}},
		"a thin event":                      {"acme", `{"id":"evt_1","object":"v2.core.event","type":"v1.customer.updated","created":"2026-01-01T00:00:00Z","livemode":false,"related_object":{"id":"cus_1","type":"customer"}}`, want{who, false, false, ""}},
		"a type that we do not know":        {"acme", event("radar.early_fraud_warning.created", stripe.Version, `{"id":"x","object":"radar.early_fraud_warning"}`, ""), want{}},
		"a subscription":                    {"acme", event("customer.subscription.updated", stripe.Version, subscription, ""), want{ends, true, false, ""}},
		"a subscription that has ended":     {"acme", event("customer.subscription.deleted", stripe.Version, subscription, ""), want{ends, true, false, ""}},
		"a subscription shown in part":      {"acme", event("customer.subscription.updated", stripe.Version, strings.Replace(subscription, `"has_more":false`, `"has_more":true`, 1), ""), want{ends, false, false, ""}},
		"a product that is deleted":         {"acme", event("product.deleted", stripe.Version, `{"id":"prod_1","object":"product"}`, ""), want{mirror.Ref{Kind: "product", VendorID: "prod_1"}, true, true, ""}},
		"a price in its old dress":          {"acme", event("plan.created", stripe.Version, `{"id":"price_1","object":"plan"}`, ""), want{}},
		"an invoice":                        {"acme", event("invoice.paid", stripe.Version, invoice, ""), want{bill, true, false, ""}},
		"an invoice that is deleted":        {"acme", event("invoice.deleted", stripe.Version, invoice, ""), want{bill, true, true, ""}},
		"a payment of an invoice is its":    {"acme", event("invoice_payment.paid", stripe.Version, `{"id":"inpay_1","object":"invoice_payment","invoice":"in_1"}`, ""), want{bill, false, false, ""}},
		"an item of an invoice":             {"acme", event("invoiceitem.created", stripe.Version, item, ""), want{line, true, false, ""}},
		"one that a request of ours added":  {"acme", event("invoiceitem.created", stripe.Version, item, ours), want{line, true, false, job}},
		"one that is taken away":            {"acme", event("invoiceitem.deleted", stripe.Version, item, ""), want{line, true, true, ""}},
		"one that we cannot read":           {"acme", event("invoiceitem.created", stripe.Version, `{"id":"ii_1","object":"invoiceitem","invoice":"in_1"}`, ""), want{line, false, false, ""}},
		"one that is on no invoice yet":     {"acme", event("invoiceitem.created", stripe.Version, `{"id":"ii_1","object":"invoiceitem","invoice":null}`, ""), want{}},
		"an upcoming invoice, with an id":   {"acme", event("invoice.upcoming", stripe.Version, invoice, ""), want{}},
		"an upcoming invoice, without id":   {"acme", event("invoice.upcoming", stripe.Version, `{"object":"invoice"}`, ""), want{}},
		"a live one at a test connection":   {"acme", strings.Replace(event("customer.updated", stripe.Version, customer, ""), `"livemode":false,"type"`, `"livemode":true,"type"`, 1), want{}},
		"a test one at a live connection":   {"live", event("customer.updated", stripe.Version, customer, ""), want{}},
		"of a connected account, elsewhere": {"acme", event("customer.updated", stripe.Version, customer, `,"account":"acct_1"`), want{}},
		"of a connected account":            {"theirs", event("customer.updated", stripe.Version, customer, `,"account":"acct_1"`), want{who, true, false, ""}},
		"of the platform, there":            {"theirs", event("customer.updated", stripe.Version, customer, ""), want{}},
	} {
		t.Run(name, func(t *testing.T) {
			notices, err := receiver("whsec_a").Read(row.connection, []byte(row.body))
			if err != nil || len(notices) != 1 || notices[0].Key != "evt_1" {
				t.Fatalf("%+v %v", notices, err)
			}
			got := want{Ref: notices[0].Ref}
			if o := notices[0].Snapshot; o != nil {
				got.Snapshot, got.Deleted = true, o.Presence == mirror.Deleted
				if o.Mark != [16]byte{} {
					got.Mark = o.Mark.String()
				}
				if !o.VendorTime.Equal(now) {
					t.Errorf("it is of %v", o.VendorTime)
				}
			}
			if got != row.want {
				t.Errorf("%+v, want %+v", got, row.want)
			}
		})
	}
}

// What an event of a draft shows of its lines is taken in; where that is not all, or cannot be read, they are looked at.
func TestAnEventOfAnInvoiceTellsOfItsItems(t *testing.T) {
	with := func(lines string) string { return strings.Replace(invoice, `"total":1`, `"total":1,"lines":`+lines, 1) }
	for name, row := range map[string]struct {
		body string
		want []string // ids; with "!" a snapshot
	}{
		"all of them":                {event("invoice.updated", stripe.Version, with(lines), ""), []string{"in_1/ii_1!", "in_1/il_2!"}},
		"none":                       {event("invoice.created", stripe.Version, with(`{"has_more":false,"data":[]}`), ""), nil},
		"some of them":               {event("invoice.updated", stripe.Version, with(strings.Replace(lines, "false", "true", 1)), ""), []string{"in_1"}},
		"one that cannot be read":    {event("invoice.updated", stripe.Version, with(strings.Replace(lines, `"metadata":{},`, "", 1)), ""), []string{"in_1"}},
		"in another version":         {event("invoice.updated", "2025-01-27.acacia", with(lines), ""), []string{"in_1"}},
		"thin":                       {`{"id":"evt_1","object":"v2.core.event","type":"v1.invoice.updated","created":"2026-01-01T00:00:00Z","livemode":false,"related_object":{"id":"in_1","type":"invoice"}}`, []string{"in_1"}},
		"where nothing changes them": {event("invoice.paid", stripe.Version, with(lines), ""), nil},
		"of what is not there yet":   {event("invoice.upcoming", stripe.Version, with(lines), ""), nil},
	} {
		t.Run(name, func(t *testing.T) {
			notices, err := receiver("whsec_a").Read("acme", []byte(row.body))
			if err != nil || len(notices) == 0 {
				t.Fatal(notices, err)
			}
			var got []string
			for _, n := range notices[1:] {
				id := n.Ref.VendorID
				if n.Key != "evt_1/"+id || n.Ref.Kind != "item" {
					t.Errorf("%+v", n)
				}
				if n.Snapshot != nil {
					id += "!"
				}
				got = append(got, id)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}

func TestWhatIsNoEventIsKeptForAPerson(t *testing.T) {
	for _, body := range []string{"", "{", "[]", `"evt"`, "{}", `{"id":"evt_1"}`, `{"id":"evt_1","type":"x"}`, `{"id":"evt_1","type":"x","data":{"object":3}}`} {
		if _, err := receiver("whsec_a").Read("acme", []byte(body)); err == nil {
			t.Errorf("%q is read", body)
		}
	}
}

// Of a call that cannot be read nobody knows what it holds: only what names it is kept, and that is read as the call would be.
func TestOfACallThatCannotBeReadOnlyItsAddressIsKept(t *testing.T) {
	const secret, card = "pi_1_secret_x", "4242424242424242"
	for name, row := range map[string]struct{ body, want string }{
		"an event of odd data": {
			event("payment_intent.succeeded", stripe.Version, `{"id":"pi_1","object":"payment_intent","client_secret":"`+secret+`","payment_intent":{"client_secret":"`+secret+`"}}`, `,"request":{"id":"req_1","idempotency_key":"k"}`),
			`{"api_version":"` + stripe.Version + `","created":1767225600,"data":{"object":{"id":"pi_1","object":"payment_intent"}},"id":"evt_1","livemode":false,"object":"event","request":{"id":"req_1","idempotency_key":"k"},"type":"payment_intent.succeeded"}`,
		},
		"numbers and texts where there should be none": {
			`{"id":` + card + `,"type":"` + card + `","created":"` + card + `","account":{"client_secret":"` + secret + `"},"object":"a card ` + card + `"}`, `{}`,
		},
		"a list":  {`["` + secret + `"]`, ""},
		"a text":  {`"` + secret + `"`, ""},
		"no JSON": {`{"client_secret":"` + secret, ""},
		"nothing": {`null`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(receiver("whsec_a").Scrub([]byte(row.body))); got != row.want {
				t.Errorf("%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	f.Add(event("customer.updated", stripe.Version, customer, ""), "t=1,v1=00")
	f.Add(`{"id":"evt_1","type":"x","related_object":{"id":"cus_1","type":"customer"}}`, "t=,v1")
	f.Fuzz(func(t *testing.T, body, header string) {
		h := receiver("whsec_a")
		if h.Prove(t.Context(), "acme", http.Header{"Stripe-Signature": {header}}, []byte(body)) != delivery.Rejected {
			t.Error("it is believed")
		}
		notices, err := h.Read("acme", []byte(body))
		if err == nil && (len(notices) != 1 || !json.Valid([]byte(body))) {
			t.Errorf("%+v", notices)
		}
	})
}
