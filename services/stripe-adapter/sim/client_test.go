package sim_test

import (
	"errors"
	"net/http"
	"testing"

	stripe "github.com/stripe/stripe-go/v85"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

// official is the vendor's own client, its retries off.
func (x *shop) official() *stripe.Client {
	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		URL: stripe.String(x.url), HTTPClient: caller, MaxNetworkRetries: stripe.Int64(0), EnableTelemetry: stripe.Bool(false),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	return stripe.NewClient("sk_test_sim", stripe.WithBackends(backends))
}

// The vendor's own client makes a customer, charges them, and gives a part back.
func TestTheOfficialClientPaysAndRefunds(t *testing.T) {
	x := open(t, simConfig())
	sc, ctx := x.official(), t.Context()
	customer, err := sc.V1Customers.Create(ctx, &stripe.CustomerCreateParams{
		Name: stripe.String("Ada"), Email: stripe.String("ada@example.com"), Metadata: map[string]string{"op_id": "one"},
		Address: &stripe.AddressParams{City: stripe.String("Wellington"), Country: stripe.String("NZ")},
	})
	if err != nil {
		t.Fatal(err)
	}
	params := &stripe.PaymentIntentCreateParams{
		Amount: stripe.Int64(2000), Currency: stripe.String("usd"), Customer: &customer.ID, Confirm: stripe.Bool(true),
		PaymentMethod: stripe.String("pm_card_visa"), PaymentMethodTypes: stripe.StringSlice([]string{"card"}), Expand: stripe.StringSlice([]string{"latest_charge"}),
	}
	params.SetIdempotencyKey("sa1-pay")
	paid, err := sc.V1PaymentIntents.Create(ctx, params)
	if err != nil {
		t.Fatal(err)
	}
	if paid.Status != stripe.PaymentIntentStatusSucceeded || paid.LatestCharge.Amount != 2000 || paid.LastResponse.IdempotencyKey != "sa1-pay" || paid.LastResponse.RequestID == "" {
		t.Errorf("%+v", paid)
	}
	again, err := sc.V1PaymentIntents.Create(ctx, params)
	if err != nil || again.ID != paid.ID || again.LastResponse.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("the same key made %v (%v)", again, err)
	}
	refund, err := sc.V1Refunds.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: &paid.ID, Amount: stripe.Int64(500)})
	if err != nil || refund.Status != stripe.RefundStatusSucceeded || refund.Charge.ID != paid.LatestCharge.ID {
		t.Errorf("%+v %v", refund, err)
	}
	_, err = sc.V1Refunds.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: &paid.ID, Amount: stripe.Int64(1501)})
	var no *stripe.Error
	if !errors.As(err, &no) || no.HTTPStatusCode != 400 || no.Type != stripe.ErrorTypeInvalidRequest || no.Param != "amount" {
		t.Errorf("%v", err)
	}
}

func TestTheOfficialClientBills(t *testing.T) {
	x := open(t, simConfig())
	sc, ctx := x.official(), t.Context()
	customer := x.customer("invoice_settings[default_payment_method]=pm_card_visa")
	draft, err := sc.V1Invoices.Create(ctx, &stripe.InvoiceCreateParams{Customer: &customer, AutoAdvance: stripe.Bool(false), CollectionMethod: stripe.String("charge_automatically")})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := sc.V1InvoiceItems.Create(ctx, &stripe.InvoiceItemCreateParams{Customer: &customer, Invoice: &draft.ID, Amount: stripe.Int64(700), Currency: stripe.String("usd")}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := sc.V1Invoices.FinalizeInvoice(ctx, draft.ID, &stripe.InvoiceFinalizeInvoiceParams{}); err != nil {
		t.Fatal(err)
	}
	paid, err := sc.V1Invoices.Pay(ctx, draft.ID, &stripe.InvoicePayParams{Expand: stripe.StringSlice([]string{"payments"})})
	if err != nil {
		t.Fatal(err)
	}
	if paid.Status != stripe.InvoiceStatusPaid || paid.Total != 1400 || len(paid.Lines.Data) != 2 || paid.Payments.Data[0].Payment.PaymentIntent == nil {
		t.Errorf("%+v", paid)
	}
	sub, err := sc.V1Subscriptions.Create(ctx, &stripe.SubscriptionCreateParams{Customer: &customer, Items: []*stripe.SubscriptionCreateItemParams{{Price: stripe.String(x.seat()), Quantity: stripe.Int64(2)}}})
	if err != nil || sub.Status != stripe.SubscriptionStatusActive || sub.Items.Data[0].CurrentPeriodEnd == 0 {
		t.Fatalf("%+v %v", sub, err)
	}
	ended, err := sc.V1Subscriptions.Cancel(ctx, sub.ID, &stripe.SubscriptionCancelParams{})
	if err != nil || ended.Status != stripe.SubscriptionStatusCanceled {
		t.Errorf("%+v %v", ended, err)
	}
}

// The client's iterator walks all pages, and backwards from the oldest. [client library: stripe-go iter.go]
func TestTheOfficialClientWalksTheFeed(t *testing.T) {
	x := open(t, simConfig())
	for range 25 {
		x.customer()
	}
	params := &stripe.EventListParams{Types: []*string{stripe.String("customer.created")}, CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: start.Unix()}}
	params.Limit = stripe.Int64(10)
	var seen []string
	for event, err := range x.official().V1Events.List(t.Context(), params).All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, event.ID)
	}
	if len(seen) != 25 {
		t.Errorf("%d events", len(seen))
	}
}

// What the client makes of the vendor's troubles. [client library: stripe-go error.go]
func TestTheOfficialClientMeetsErrors(t *testing.T) {
	for name, row := range map[string]struct {
		plan   string
		as     string
		status int
		code   stripe.ErrorCode
	}{
		"a limit":         {`{"throttle_rate":1}`, "endpoint-rate", 429, stripe.ErrorCodeRateLimit},
		"a lock":          {`{"throttle_rate":1}`, "lock_timeout", 429, stripe.ErrorCodeLockTimeout},
		"a broken vendor": {`{"error_rate":1}`, "global-rate", 500, ""},
		"a revoked key":   {`{"revoke_keys":true}`, "global-rate", 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			x := open(t, simConfig())
			x.switches(func(s *sim.Switches) { s.ThrottleAs = row.as })
			x.plan(row.plan)
			_, err := x.official().V1Customers.Create(t.Context(), &stripe.CustomerCreateParams{})
			var no *stripe.Error
			if !errors.As(err, &no) || no.HTTPStatusCode != row.status || no.Code != row.code {
				t.Errorf("%v", err)
			}
			if got := no.LastResponse.Header.Get("Stripe-Rate-Limited-Reason"); (got == "endpoint-rate") != (row.as == "endpoint-rate") {
				t.Errorf("reason %q", got)
			}
		})
	}
}

func TestTheOfficialClientRegistersAnEndpoint(t *testing.T) {
	x := open(t, simConfig())
	made, err := x.official().V1WebhookEndpoints.Create(t.Context(), &stripe.WebhookEndpointCreateParams{
		URL: stripe.String("https://example.com/hook"), EnabledEvents: stripe.StringSlice([]string{"customer.created", "refund.created"}),
		APIVersion: stripe.String(stripe.APIVersion), Metadata: map[string]string{"breakwater": "acme"},
	})
	if err != nil || made.Secret == "" || made.APIVersion != stripe.APIVersion {
		t.Fatalf("%+v %v", made, err)
	}
	if out := x.do(http.MethodGet, "/v1/webhook_endpoints/"+made.ID, ""); out.body["secret"] != nil {
		t.Error("the secret is told twice")
	}
}
