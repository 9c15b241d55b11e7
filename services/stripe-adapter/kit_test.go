package main

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
	typev1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/type/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/sim"
)

func TestMain(m *testing.M) { adaptertest.Main(m) }

// with sets keys of the configuration that differ from the scaled-down ones: "stripe.read_lag".
type with = adaptertest.Settings

// account is one connection, from both sides.
type account struct {
	adaptertest.Connection

	shop      *shop
	customers paymentsv1.CustomerServiceClient
	payments  paymentsv1.PaymentServiceClient
	refunds   paymentsv1.RefundServiceClient
	products  paymentsv1.ProductServiceClient

	subscriptions paymentsv1.SubscriptionServiceClient
	invoices      paymentsv1.InvoiceServiceClient
}

func kinds() []adaptertest.Kind {
	return []adaptertest.Kind{
		{Name: "customer", List: paymentsv1.CustomerService_ListCustomers_FullMethodName},
		{Name: "payment", List: paymentsv1.PaymentService_ListPayments_FullMethodName, Like: "customer", Unedited: true},
		{Name: "refund", List: paymentsv1.RefundService_ListRefunds_FullMethodName, Like: "customer"},
		{Name: "product", List: paymentsv1.ProductService_ListProducts_FullMethodName, Like: "customer"},
		{Name: "price", List: paymentsv1.ProductService_ListPrices_FullMethodName, Like: "customer"},
		{Name: "subscription", List: paymentsv1.SubscriptionService_ListSubscriptions_FullMethodName, Like: "customer"},
		{Name: "invoice", List: paymentsv1.InvoiceService_ListInvoices_FullMethodName, Like: "customer"},
		{Name: "item", Parent: "invoice", List: paymentsv1.InvoiceService_ListInvoiceItems_FullMethodName, Like: "customer"},
	}
}

// alone is the one account of a replica before it.
func alone(t *testing.T, settings with, cfg sim.Config) account {
	t.Helper()
	return at(t, newShop(cfg), settings)
}

// at is that of a replica which meets the account as it stands.
func at(t *testing.T, s *shop, settings with) account {
	t.Helper()
	return through(t, s, adaptertest.Simulate(t, "acme", s.vendor()), settings)
}

// through is the same, where the vendor is known already.
func through(t *testing.T, s *shop, v *adaptertest.Simulator, settings with) account {
	t.Helper()
	all := with{
		"stripe.sweep.events": "500ms", "stripe.sweep.payments": "700ms", "stripe.sweep.lists": "700ms", "stripe.sweep.lag": "1ms", "stripe.sweep.overlap": "3s",
		"stripe.second_look": "200ms", "stripe.settling": "100ms", "stripe.repair": "100ms", "stripe.announce_within": "5s",
	}
	maps.Copy(all, settings)
	r := adaptertest.Prepare(t, spec(), all, v).Start("a", "")
	return account{
		r.Of(v, kinds()), s, paymentsv1.NewCustomerServiceClient(r.Conn), paymentsv1.NewPaymentServiceClient(r.Conn), paymentsv1.NewRefundServiceClient(r.Conn),
		paymentsv1.NewProductServiceClient(r.Conn), paymentsv1.NewSubscriptionServiceClient(r.Conn), paymentsv1.NewInvoiceServiceClient(r.Conn),
	}
}

func (a account) create(c *paymentsv1.Customer) *paymentsv1.Customer {
	a.Helper()
	made, err := a.customers.CreateCustomer(context.Background(), &paymentsv1.CreateCustomerRequest{Parent: a.Parent(), Customer: c, RequestId: uuid.NewString()})
	return adaptertest.Asked(a, made, err)
}

// pay asks for an amount from a card that works, and confirms it too.
func (a account) pay(p *paymentsv1.Payment) *paymentsv1.Payment {
	a.Helper()
	if p.GetPaymentMethod() == "" {
		p.PaymentMethod = "pm_card_visa"
	}
	made, err := a.payments.CreatePayment(context.Background(), &paymentsv1.CreatePaymentRequest{
		Parent: a.Parent(), Payment: p, Confirmation: &paymentsv1.Confirmation{ReturnUri: "https://example.com/back"}, RequestId: uuid.NewString(),
	})
	return adaptertest.Asked(a, made, err)
}

func (a account) refund(payment string, amount *typev1.Money) *paymentsv1.Refund {
	a.Helper()
	made, err := a.refunds.CreateRefund(context.Background(), &paymentsv1.CreateRefundRequest{
		Parent: a.Parent(), Refund: &paymentsv1.Refund{Payment: payment, Amount: amount}, RequestId: uuid.NewString(),
	})
	return adaptertest.Asked(a, made, err)
}

func (a account) payment(name string) *paymentsv1.Payment {
	a.Helper()
	p, err := a.payments.GetPayment(context.Background(), &paymentsv1.GetPaymentRequest{Name: name})
	return adaptertest.Asked(a, p, err)
}

// mirrored is any resource.
type mirrored interface {
	GetName() string
	GetMirror() *typev1.MirrorState
}

// settled waits until no write of a resource is pending.
func settled[M mirrored](a account, get func() (M, error)) (m M) {
	a.Helper()
	adaptertest.Until(a, "it is settled", func() string {
		var err error
		if m, err = get(); err != nil {
			return err.Error()
		}
		if len(m.GetMirror().GetPendingWrites()) > 0 {
			return m.GetMirror().String()
		}
		return ""
	})
	return m
}

func (a account) paid(name string) *paymentsv1.Payment {
	a.Helper()
	return settled(a, func() (*paymentsv1.Payment, error) {
		return a.payments.GetPayment(context.Background(), &paymentsv1.GetPaymentRequest{Name: name})
	})
}

func (a account) customer(name string) *paymentsv1.Customer {
	a.Helper()
	return settled(a, func() (*paymentsv1.Customer, error) {
		return a.customers.GetCustomer(context.Background(), &paymentsv1.GetCustomerRequest{Name: name})
	})
}

func (a account) given(name string) *paymentsv1.Refund {
	a.Helper()
	return settled(a, func() (*paymentsv1.Refund, error) {
		return a.refunds.GetRefund(context.Background(), &paymentsv1.GetRefundRequest{Name: name})
	})
}

// once checks that the ledger has so many changes of that sort by us, no two under one key or mark.
func (a account) once(kind, op string, n int) {
	a.Helper()
	seen := map[string]bool{}
	entries := a.Ours(kind, op)
	for _, e := range entries {
		for _, mark := range []string{e.Marks["idempotency_key"], e.Marks["breakwater_job"]} {
			if mark != "" && seen[mark] && !strings.Contains(mark, "-confirm") {
				a.Errorf("%s %s was made twice as %s", op, kind, mark)
			}
		}
		seen[e.Marks["idempotency_key"]] = true
	}
	if len(entries) != n {
		a.Errorf("%d times %s of a %s, want %d: %+v", len(entries), op, kind, n, entries)
	}
}

// tried waits until a job was tried so often.
func (a account) tried(job string, n int) {
	a.Helper()
	adaptertest.Until(a, "it was tried", func() string {
		if tries := a.Job(job).GetAttempts(); len(tries) < n || tries[n-1].GetOutcome() == "" {
			return "not yet"
		}
		return ""
	})
}

func usd(minor int64) *typev1.Money { return &typev1.Money{CurrencyCode: "USD", MinorUnits: minor} }

// plain asks for a payment that is not confirmed.
func (a account) plain(p *paymentsv1.Payment) *paymentsv1.Payment {
	a.Helper()
	made, err := a.payments.CreatePayment(context.Background(), &paymentsv1.CreatePaymentRequest{Parent: a.Parent(), Payment: p, RequestId: uuid.NewString()})
	return adaptertest.Asked(a, made, err)
}
