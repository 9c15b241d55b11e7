package stripe_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
	"google.golang.org/protobuf/types/known/timestamppb"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/translate"
)

// mock is the vendor's own stateless server: it refuses every request that the vendor's schema refuses.
func mock(t *testing.T) http.Handler {
	t.Helper()
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		t.Fatal(err)
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		t.Fatal(err)
	}
	stub, err := server.NewStubServer(fixtures, spec, false, false)
	if err != nil {
		t.Fatal(err)
	}
	return http.HandlerFunc(stub.HandleRequest)
}

func TestNoRequestIsOneThatTheVendorsSchemaRefuses(t *testing.T) {
	c := client(t, mock(t), &witness{}, func(c *stripe.Config) { c.Key = "sk_test_123" })
	ctx := t.Context()
	meta := map[string]string{"a": "b"}
	bill := &paymentsv1.Invoice{
		CurrencyCode: "USD", CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND, Description: "d", PaymentMethod: "pm_1", DueTime: timestamppb.Now(), Metadata: meta,
	}
	billPaths := []string{"collection_mode", "auto_advance", "description", "payment_method", "due_time", "metadata"}
	for name, call := range map[string]func(context.Context) error{
		"GetCustomer":   func(ctx context.Context) error { _, err := c.Customer(ctx, "cus_1"); return err },
		"ListCustomers": func(ctx context.Context) error { _, err := c.Customers(ctx, stripe.Query{After: "cus_1"}); return err },
		"CreateCustomer": func(ctx context.Context) error {
			_, err := c.CreateCustomer(ctx, "k", &sdk.CustomerCreateParams{Name: sdk.String("Ada"), Metadata: meta})
			return err
		},
		"UpdateCustomer": func(ctx context.Context) error {
			_, err := c.UpdateCustomer(ctx, "k", "cus_1", &sdk.CustomerUpdateParams{Email: sdk.String("")})
			return err
		},
		"DeleteCustomer": func(ctx context.Context) error { return c.DeleteCustomer(ctx, "cus_1") },
		"GetPayment":     func(ctx context.Context) error { _, err := c.Payment(ctx, "pi_1"); return err },
		"ListPayments": func(ctx context.Context) error {
			_, err := c.Payments(ctx, stripe.Query{Customer: "cus_1"})
			return err
		},
		"CreatePayment": func(ctx context.Context) error { _, err := c.CreatePayment(ctx, "k", buys(100)); return err },
		"UpdatePayment": func(ctx context.Context) error {
			_, err := c.UpdatePayment(ctx, "k", "pi_1", &sdk.PaymentIntentUpdateParams{Metadata: meta})
			return err
		},
		"ConfirmPayment": func(ctx context.Context) error {
			_, err := c.ConfirmPayment(ctx, "k", "pi_1", &sdk.PaymentIntentConfirmParams{OffSession: sdk.Bool(true)})
			return err
		},
		"CapturePayment": func(ctx context.Context) error {
			_, err := c.CapturePayment(ctx, "k", "pi_1", &sdk.PaymentIntentCaptureParams{AmountToCapture: sdk.Int64(1)})
			return err
		},
		"CancelPayment": func(ctx context.Context) error {
			_, err := c.CancelPayment(ctx, "k", "pi_1", &sdk.PaymentIntentCancelParams{CancellationReason: sdk.String("duplicate")})
			return err
		},
		"GetRefund":   func(ctx context.Context) error { _, err := c.Refund(ctx, "re_1"); return err },
		"ListRefunds": func(ctx context.Context) error { _, err := c.Refunds(ctx, stripe.Query{Payment: "pi_1"}); return err },
		"CreateRefund": func(ctx context.Context) error {
			_, err := c.CreateRefund(ctx, "k", &sdk.RefundCreateParams{PaymentIntent: sdk.String("pi_1"), Metadata: meta})
			return err
		},
		"UpdateRefund": func(ctx context.Context) error {
			_, err := c.UpdateRefund(ctx, "k", "re_1", &sdk.RefundUpdateParams{Metadata: meta})
			return err
		},
		"CancelRefund":    func(ctx context.Context) error { _, err := c.CancelRefund(ctx, "k", "re_1"); return err },
		"GetProduct":      func(ctx context.Context) error { _, err := c.Product(ctx, "prod_1"); return err },
		"ListProducts":    func(ctx context.Context) error { _, err := c.Products(ctx, stripe.Query{}); return err },
		"GetPrice":        func(ctx context.Context) error { _, err := c.Price(ctx, "price_1"); return err },
		"ListPrices":      func(ctx context.Context) error { _, err := c.Prices(ctx, false, stripe.Query{}); return err },
		"GetSubscription": func(ctx context.Context) error { _, err := c.Subscription(ctx, "sub_1"); return err },
		"ListSubscriptions": func(ctx context.Context) error {
			_, err := c.Subscriptions(ctx, stripe.Query{Customer: "cus_1"})
			return err
		},
		"CreateSubscription": func(ctx context.Context) error {
			x := &paymentsv1.Subscription{
				Items: []*paymentsv1.SubscriptionItem{{Price: "p/price_1", Quantity: 2}}, CurrencyCode: "USD", CollectionMode: paymentsv1.CollectionMode_COLLECTION_MODE_SEND,
				DaysUntilDue: 14, DefaultPaymentMethod: "pm_1", Description: "d", TrialEndTime: timestamppb.Now(),
			}
			paths := []string{"collection_mode", "days_until_due", "default_payment_method", "description", "trial_end_time"}
			_, err := c.CreateSubscription(ctx, "k", translate.NewSubscription(x, paths, "cus_1", uuid.New()))
			return err
		},
		"UpdateSubscription": func(ctx context.Context) error {
			x := &paymentsv1.Subscription{Items: []*paymentsv1.SubscriptionItem{{Id: "si_1", Price: "p/price_1"}, {Price: "p/price_2"}}, Metadata: meta}
			was := &paymentsv1.Subscription{Items: []*paymentsv1.SubscriptionItem{{Id: "si_1", Quantity: 2}, {Id: "si_2"}}, TrialEndTime: timestamppb.Now()}
			paths := []string{"items", "collection_mode", "days_until_due", "default_payment_method", "description", "trial_end_time", "metadata"}
			_, err := c.UpdateSubscription(ctx, "k", "sub_1", translate.SubscriptionPatch(x, paths, was))
			return err
		},
		"CancelSubscription": func(ctx context.Context) error {
			_, err := c.CancelSubscription(ctx, "sub_1", translate.Ended(true, true, "c"))
			return err
		},
		"CancelSubscription at the end": func(ctx context.Context) error {
			_, err := c.UpdateSubscription(ctx, "k", "sub_1", translate.Ending("c"))
			return err
		},
		"PauseSubscription": func(ctx context.Context) error {
			_, err := c.UpdateSubscription(ctx, "k", "sub_1", translate.Pausing(&paymentsv1.Subscription_Pause{ResumeTime: timestamppb.Now()}))
			return err
		},
		"ResumeSubscription": func(ctx context.Context) error { _, err := c.ResumeSubscription(ctx, "k", "sub_1"); return err },
		"ResumeSubscription that was to end": func(ctx context.Context) error {
			p, _ := translate.Going(&sdk.Subscription{PauseCollection: &sdk.SubscriptionPauseCollection{}, CancelAtPeriodEnd: true})
			_, err := c.UpdateSubscription(ctx, "k", "sub_1", p)
			return err
		},
		"ResumeSubscription that was to end at a time": func(ctx context.Context) error {
			p, _ := translate.Going(&sdk.Subscription{CancelAt: 1})
			_, err := c.UpdateSubscription(ctx, "k", "sub_1", p)
			return err
		},
		"GetInvoice": func(ctx context.Context) error { _, err := c.Invoice(ctx, "in_1"); return err },
		"ListInvoices": func(ctx context.Context) error {
			_, err := c.Invoices(ctx, stripe.Query{Customer: "cus_1"})
			return err
		},
		"CreateInvoice": func(ctx context.Context) error {
			_, err := c.CreateInvoice(ctx, "k", translate.NewInvoice(bill, billPaths, "cus_1", uuid.New()))
			return err
		},
		"UpdateInvoice": func(ctx context.Context) error {
			_, err := c.UpdateInvoice(ctx, "k", "in_1", translate.InvoicePatch(bill, billPaths))
			return err
		},
		"UpdateInvoice to go on": func(ctx context.Context) error {
			_, err := c.UpdateInvoice(ctx, "k", "in_1", translate.Advancing())
			return err
		},
		"DeleteInvoice":   func(ctx context.Context) error { return c.DeleteInvoice(ctx, "in_1") },
		"FinalizeInvoice": func(ctx context.Context) error { _, err := c.FinalizeInvoice(ctx, "k", "in_1"); return err },
		"SendInvoice":     func(ctx context.Context) error { _, err := c.SendInvoice(ctx, "k", "in_1"); return err },
		"PayInvoice": func(ctx context.Context) error {
			_, err := c.PayInvoice(ctx, "k", "in_1", translate.Paying("pm_1", false))
			return err
		},
		"PayInvoice elsewhere": func(ctx context.Context) error {
			_, err := c.PayInvoice(ctx, "k", "in_1", translate.Paying("", true))
			return err
		},
		"VoidInvoice":              func(ctx context.Context) error { _, err := c.VoidInvoice(ctx, "k", "in_1"); return err },
		"MarkInvoiceUncollectible": func(ctx context.Context) error { _, err := c.MarkInvoiceUncollectible(ctx, "k", "in_1"); return err },
		"ListInvoiceItems":         func(ctx context.Context) error { _, err := c.InvoiceItems(ctx, "in_1", stripe.Query{}); return err },
		"CreateInvoiceItem": func(ctx context.Context) error {
			i := &paymentsv1.InvoiceItem{Price: "p/price_1", Quantity: 2, PeriodStartTime: timestamppb.Now(), PeriodEndTime: timestamppb.Now(), Discountable: sdk.Bool(true)}
			_, err := c.CreateInvoiceItem(ctx, "k", translate.NthItem(i, "in_1", "cus_1", uuid.New(), 1))
			return err
		},
		"CreateInvoiceItem of an amount": func(ctx context.Context) error {
			i := &paymentsv1.InvoiceItem{Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: -5}, Description: "d"}
			_, err := c.CreateInvoiceItem(ctx, "k", translate.NthItem(i, "in_1", "cus_1", uuid.New(), 1))
			return err
		},
		"GetInvoiceItem":   func(ctx context.Context) error { _, err := c.InvoiceItem(ctx, "ii_1"); return err },
		"ListInvoiceLines": func(ctx context.Context) error { _, err := c.InvoiceLines(ctx, "in_1"); return err },
		"UpdateInvoiceItem": func(ctx context.Context) error {
			i := &paymentsv1.InvoiceItem{
				Amount: &typev1.Money{CurrencyCode: "USD", MinorUnits: 5}, PeriodStartTime: timestamppb.Now(), PeriodEndTime: timestamppb.Now(), Discountable: sdk.Bool(true),
				Metadata: map[string]string{"a": ""},
			}
			_, err := c.UpdateInvoiceItem(ctx, "k", "ii_1", translate.ItemPatch(i, []string{"description", "amount", "period_start_time", "discountable", "metadata"}))
			return err
		},
		"UpdateInvoiceItem to more pieces": func(ctx context.Context) error {
			_, err := c.UpdateInvoiceItem(ctx, "k", "ii_1", translate.ItemPatch(&paymentsv1.InvoiceItem{Quantity: 3}, []string{"quantity"}))
			return err
		},
		"DeleteInvoiceItem": func(ctx context.Context) error { return c.DeleteInvoiceItem(ctx, "ii_1") },
		"ListEvents": func(ctx context.Context) error {
			_, err := c.Events(ctx, stripe.EventQuery{Types: []string{"customer.created", "refund.created"}})
			return err
		},
		"GetAccount":    func(ctx context.Context) error { _, err := c.Owner(ctx); return err },
		"ListEndpoints": func(ctx context.Context) error { _, err := c.Endpoints(ctx); return err },
		"CreateEndpoint": func(ctx context.Context) error {
			_, err := c.CreateEndpoint(ctx, "k", "https://hooks.example.com/webhooks/acme/x", "acme")
			if f := fault.Of(err); f != nil && f.Reason == stripe.ReasonDrift { // it tells no secret
				return nil
			}
			return err
		},
		"UpdateEndpoint": func(ctx context.Context) error {
			return c.UpdateEndpoint(ctx, "k", "we_1", "https://hooks.example.com/")
		},
		"DeleteEndpoint": func(ctx context.Context) error { return c.DeleteEndpoint(ctx, "we_1") },
		"Ping":           c.Ping,
	} {
		if err := call(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
