package stripe_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	sdk "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/upstream"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func buys(amount int64) *sdk.PaymentIntentCreateParams {
	return &sdk.PaymentIntentCreateParams{
		Amount: sdk.Int64(amount), Currency: sdk.String("usd"), Confirm: sdk.Bool(true), PaymentMethod: sdk.String("pm_card_visa"),
		PaymentMethodTypes: sdk.StringSlice([]string{"card"}),
	}
}

func TestAPaymentIsMadeOnceUnderItsKeyAndToldWithItsCharge(t *testing.T) {
	x := open(t, sim.Config{}, nil)
	first, err := x.client.CreatePayment(x.ctx, "k1", buys(2000))
	if err != nil {
		t.Fatal(err)
	}
	again, err := x.client.CreatePayment(x.ctx, "k1", buys(2000))
	if err != nil || again.ID != first.ID || !again.Replayed || first.Replayed {
		t.Errorf("the same key made %s (%v), replayed %v", again.ID, err, again.Replayed)
	}
	if first.Is.LatestCharge == nil || first.Is.LatestCharge.Amount != 2000 || first.At.IsZero() {
		t.Errorf("%+v at %v", first.Is.LatestCharge, first.At)
	}
	got, err := x.client.Payment(x.ctx, first.ID)
	if err != nil || got.Is.Status != sdk.PaymentIntentStatusSucceeded || got.Is.LatestCharge.ID != first.Is.LatestCharge.ID {
		t.Errorf("%+v %v", got.Is, err)
	}
	if _, err := x.client.CreatePayment(x.ctx, "k1", buys(3000)); fault.Of(err).Reason != stripe.ReasonKeyMismatch {
		t.Errorf("the same key with another amount: %v", err)
	}
}

func TestARequestSaysWhichVersionItSpeaksAndForWhom(t *testing.T) {
	x := open(t, sim.Config{Connected: []string{"acct_1"}}, func(c *stripe.Config) { c.Account = "acct_1" })
	if _, err := x.client.CreateCustomer(x.ctx, "k", &sdk.CustomerCreateParams{Name: sdk.String("Ada")}); err != nil {
		t.Fatal(err)
	}
	row := x.last()
	for name, want := range map[string]string{
		"Stripe-Version": stripe.Version, "Stripe-Account": "acct_1", "Idempotency-Key": "k", "Content-Type": "application/x-www-form-urlencoded",
		"Authorization": "Bearer sk_test_sim", "X-Stripe-Client-User-Agent": "", "X-Stripe-Client-Telemetry": "", "User-Agent": "breakwater",
	} {
		if got := row.RequestHeader.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if row.Op != "stripe.CreateCustomer" || row.Route != "/v1/customers" || row.TrackingID == "" || row.Fault != nil {
		t.Errorf("%+v", row)
	}
}

// No repeat is made of any of them: whether there is one is the job's to decide.
func TestStripeGoRepeatsNothing(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"Stripe fails":  func(w http.ResponseWriter, _ *http.Request) { http.Error(w, `{"error":{}}`, 500) },
		"a bad gateway": func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "<html>", http.StatusBadGateway) },
		"a lock": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, `{"error":{"code":"lock_timeout"}}`, http.StatusTooManyRequests)
		},
		"it hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			w := &witness{}
			c := client(t, answer, w, nil)
			_, err := c.CreateRefund(t.Context(), "k", &sdk.RefundCreateParams{PaymentIntent: sdk.String("pi_1")})
			if f := fault.Of(err); f.Kind == fault.Unknown || f.Op != "stripe.CreateRefund" {
				t.Errorf("%+v", f)
			}
			if len(w.rows) != 1 {
				t.Errorf("%d requests", len(w.rows))
			}
		})
	}
}

func TestAnAnswerThatCannotBeRead(t *testing.T) {
	for name, row := range map[string]struct {
		body   string
		reason string // empty: taken, and not seen
	}{
		"no JSON":              {"<html>", stripe.ReasonNotJSON},
		"no object":            {"[]", stripe.ReasonDrift},
		"an object without id": {"{}", stripe.ReasonDrift},
		"an amount in words":   {`{"id":"re_1","amount":"much"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(row.body)) }), &witness{}, nil)
			got, err := c.CreateRefund(t.Context(), "k", &sdk.RefundCreateParams{PaymentIntent: sdk.String("pi_1")})
			if f := fault.Of(err); row.reason != "" && (f == nil || f.Reason != row.reason || !f.MayApply) {
				t.Errorf("%+v, want %s, and that it may have been applied", f, row.reason)
			}
			if row.reason == "" && (err != nil || got.ID != "re_1" || got.Raw != nil) {
				t.Errorf("%+v %v, want the id alone", got, err)
			}
			if _, err := c.Refund(t.Context(), "re_1"); fault.KindOf(err) != fault.Drift || fault.Of(err).MayApply {
				t.Errorf("read: %v", err)
			}
		})
	}
}

// No secret and nothing of a card is in what is kept of an object.
func TestNoSecretIsKept(t *testing.T) {
	x := open(t, sim.Config{}, nil)
	got, err := x.client.CreatePayment(x.ctx, "k", buys(2000))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(x.last().Body), "_secret_") {
		t.Fatal("the vendor sent no secret: this test proves nothing")
	}
	for _, secret := range []string{"secret", "last4", "4242", "exp_month", "fingerprint"} {
		if bytes.Contains(got.Raw, []byte(secret)) {
			t.Errorf("%s is kept: %s", secret, got.Raw)
		}
	}
	if !got.Has("amount") || !got.Has("last_payment_error") || got.Has("client_secret") {
		t.Errorf("%s", got.Raw)
	}
}

func TestListsArePagedAndNarrowed(t *testing.T) {
	x := open(t, sim.Config{Customers: 5, Payments: 7}, nil)
	seen := map[string]bool{}
	q := stripe.Query{Limit: 3}
	for {
		page, err := x.client.Payments(x.ctx, q)
		if err != nil || len(page.Drifted) > 0 {
			t.Fatal(err, page.Drifted)
		}
		for _, p := range page.Rows {
			seen[p.ID] = p.Is.LatestCharge != nil && p.Is.LatestCharge.Amount > 0
		}
		if q.After = page.Last; !page.More {
			break
		}
	}
	for id, whole := range seen {
		if !whole {
			t.Errorf("%s came without its charge", id)
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d of 7 payments", len(seen))
	}
	one, err := x.client.Customers(x.ctx, stripe.Query{Limit: 1})
	if err != nil || len(one.Rows) != 1 || !one.More {
		t.Fatalf("%+v %v", one, err)
	}
	none, err := x.client.Customers(x.ctx, stripe.Query{From: one.Rows[0].At.AddDate(1, 0, 0)})
	if err != nil || len(none.Rows) > 0 {
		t.Errorf("%+v %v", none, err)
	}
}

func TestTheFeedTellsWhatChangedAndByWhichKey(t *testing.T) {
	x := open(t, sim.Config{}, nil)
	made, err := x.client.CreateCustomer(x.ctx, "k", &sdk.CustomerCreateParams{Name: sdk.String("Ada")})
	if err != nil {
		t.Fatal(err)
	}
	page, err := x.client.Events(x.ctx, stripe.EventQuery{Types: []string{"customer.created"}})
	if err != nil || len(page.Events) != 1 {
		t.Fatalf("%+v %v", page, err)
	}
	e := page.Events[0]
	if e.Key() != "k" || e.Type != "customer.created" || e.Ours() || e.Created.IsZero() || !strings.Contains(string(e.Data.Object), made.ID) {
		t.Errorf("%+v", e)
	}
}

func TestWhichVersionsAreOurs(t *testing.T) {
	_, train, _ := strings.Cut(stripe.Version, ".")
	for version, want := range map[string]bool{stripe.Version: true, "2099-01-01." + train: true, "2025-01-27.acacia": false, "2020-08-27": false, "": false} {
		e := stripe.Event{APIVersion: version}
		if e.Ours() != want {
			t.Errorf("%q: %v", version, e.Ours())
		}
	}
	for text, zero := range map[string]bool{`1767225600`: false, `"2026-01-01T00:00:00Z"`: false, `"soon"`: true, `null`: true} {
		var at stripe.EventTime
		if err := json.Unmarshal([]byte(text), &at); err != nil || at.IsZero() != zero {
			t.Errorf("%s: %v %v", text, at, err)
		}
	}
}

func TestAClientNeedsASecretKey(t *testing.T) {
	for _, key := range []string{"", "pk_live_1"} {
		if _, err := stripe.New(stripe.Config{Key: key}, upstream.Config{Connection: "acme"}); err == nil {
			t.Errorf("%q made a client", key)
		}
	}
	for key, live := range map[string]bool{"sk_live_1": true, "rk_live_1": true, "sk_test_1": false, "rk_test_1": false} {
		if (stripe.Config{Key: key}).Live() != live {
			t.Errorf("%s: live is %v", key, !live)
		}
	}
}
