// Package stripe answers who plays when a run is about Stripe: customers, and their money. Payments are confirmed when they are
// created, captured, canceled and given back in parts; invoices are made with an item, finalized and paid; subscriptions are begun,
// billed and ended. Each is a lane of its own.
package stripe

import (
	"context"
	"strings"
	"sync"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/deploy/chaos/cast"
	"github.com/breakwater-acl/breakwater/deploy/chaos/schedule"
)

const (
	seeded = 50 // customers, and payments of theirs, at the vendor at first
	hot    = 8  // of each, that everybody changes

	customer = "customer"
	payment  = "payment"
	refund   = "refund"

	invoice      = "invoice"
	subscription = "subscription"
)

// Play is Stripe's.
func Play() cast.Play {
	return cast.Play{
		Adapter: "stripe", Seeded: seeded, Tables: []string{customer, payment, refund, invoice, subscription}, Reading: read,
		Drift: schedule.Drift{
			What: "objects", Fields: []string{"created", "metadata", "status"}, Routes: []string{"/v1/customers", "/v1/payment_intents", "/v1/refunds"},
		},
		Open: func(s cast.Stage) cast.Cast { return &shop{Stage: s, screens: screens{s.Vendor}} },
	}
}

// shop is whose money it is.
type shop struct {
	cast.Stage
	screens screens
	seat    string   // the price that subscriptions are of
	billed  sync.Map // what was asked for once already, by uid: whoever asks again may have been declined by the same deed
}

func (s *shop) customers(replica int) paymentsv1.CustomerServiceClient {
	return paymentsv1.NewCustomerServiceClient(s.Replica(replica))
}

func (s *shop) payments(replica int) paymentsv1.PaymentServiceClient {
	return paymentsv1.NewPaymentServiceClient(s.Replica(replica))
}

func (s *shop) refunds(replica int) paymentsv1.RefundServiceClient {
	return paymentsv1.NewRefundServiceClient(s.Replica(replica))
}

func (s *shop) invoices(replica int) paymentsv1.InvoiceServiceClient {
	return paymentsv1.NewInvoiceServiceClient(s.Replica(replica))
}

func (s *shop) subscriptions(replica int) paymentsv1.SubscriptionServiceClient {
	return paymentsv1.NewSubscriptionServiceClient(s.Replica(replica))
}

// called is the name of what a kind's id stands for; what is a name already stays it.
func (s *shop) called(kind, id string) string {
	if strings.Contains(id, "/") {
		return id
	}
	return s.Parent + "/" + kind + "s/" + id
}

// Hot are the newest customers and payments. There is something to subscribe to by then.
func (s *shop) Hot(ctx context.Context) (all []cast.View, err error) {
	if err := s.sell(ctx); err != nil {
		return nil, err
	}
	customers, err := s.customers(0).ListCustomers(ctx, &paymentsv1.ListCustomersRequest{Parent: s.Parent, PageSize: hot})
	if err != nil {
		return nil, err
	}
	for _, x := range customers.GetCustomers() {
		all = append(all, customerView(x))
	}
	payments, err := s.payments(0).ListPayments(ctx, &paymentsv1.ListPaymentsRequest{Parent: s.Parent, PageSize: hot})
	for _, x := range payments.GetPayments() {
		all = append(all, paymentView(x))
	}
	return all, err
}

// Get reads one of a kind.
func (s *shop) Get(ctx context.Context, replica int, kind, name string) (cast.View, error) {
	name = s.called(kind, name)
	switch kind {
	case customer:
		x, err := s.customers(replica).GetCustomer(ctx, &paymentsv1.GetCustomerRequest{Name: name})
		return customerView(x), err
	case payment:
		x, err := s.payments(replica).GetPayment(ctx, &paymentsv1.GetPaymentRequest{Name: name})
		return paymentView(x), err
	case invoice:
		x, err := s.invoices(replica).GetInvoice(ctx, &paymentsv1.GetInvoiceRequest{Name: name})
		return invoiceView(x), err
	case subscription:
		x, err := s.subscriptions(replica).GetSubscription(ctx, &paymentsv1.GetSubscriptionRequest{Name: name})
		return subscriptionView(x), err
	default:
		x, err := s.refunds(replica).GetRefund(ctx, &paymentsv1.GetRefundRequest{Name: name})
		return refundView(x), err
	}
}

// BatchGet reads some of a kind.
func (s *shop) BatchGet(ctx context.Context, replica int, kind string, names []string) ([]cast.View, error) {
	switch kind {
	case customer:
		got, err := s.customers(replica).BatchGetCustomers(ctx, &paymentsv1.BatchGetCustomersRequest{Parent: s.Parent, Names: names})
		return views(got.GetCustomers(), customerView), err
	case payment:
		got, err := s.payments(replica).BatchGetPayments(ctx, &paymentsv1.BatchGetPaymentsRequest{Parent: s.Parent, Names: names})
		return views(got.GetPayments(), paymentView), err
	case invoice:
		got, err := s.invoices(replica).BatchGetInvoices(ctx, &paymentsv1.BatchGetInvoicesRequest{Parent: s.Parent, Names: names})
		return views(got.GetInvoices(), invoiceView), err
	case subscription:
		got, err := s.subscriptions(replica).BatchGetSubscriptions(ctx, &paymentsv1.BatchGetSubscriptionsRequest{Parent: s.Parent, Names: names})
		return views(got.GetSubscriptions(), subscriptionView), err
	default:
		got, err := s.refunds(replica).BatchGetRefunds(ctx, &paymentsv1.BatchGetRefundsRequest{Parent: s.Parent, Names: names})
		return views(got.GetRefunds(), refundView), err
	}
}

func views[T any](of []T, view func(T) cast.View) []cast.View {
	all := make([]cast.View, len(of))
	for i, x := range of {
		all[i] = view(x)
	}
	return all
}

func customerView(x *paymentsv1.Customer) cast.View {
	v := cast.Seen(customer, x)
	v.Values = map[string]string{"display_name": x.GetDisplayName(), "description": x.GetDescription()}
	v.Fields = map[string]string{"display_name": x.GetDisplayName(), "description": x.GetDescription(), "email": x.GetEmail()}
	return v
}

func paymentView(x *paymentsv1.Payment) cast.View {
	v := cast.Seen(payment, x)
	v.Values = map[string]string{"description": x.GetDescription()}
	v.Fields = map[string]string{"state": x.GetState().String(), "currency": x.GetAmount().GetCurrencyCode()}
	return v
}

func refundView(x *paymentsv1.Refund) cast.View {
	v := cast.Seen(refund, x)
	v.Values = map[string]string{"metadata": x.GetMetadata()[token]}
	return v
}

// token is the metadata by which a refund is told from others.
const token = "chaos"
