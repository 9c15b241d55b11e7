package api

import (
	"context"

	"google.golang.org/grpc"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/resource"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// Payments is the PaymentService.
type Payments struct {
	paymentsv1.UnimplementedPaymentServiceServer

	payments  *resource.Server[*paymentsv1.Payment]
	customers *resource.Server[*paymentsv1.Customer]
}

// NewPayments serves the payments.
func NewPayments(c resource.Config) *Payments {
	return &Payments{payments: payments(c), customers: customers(c)}
}

func payments(c resource.Config) *resource.Server[*payment] {
	return resource.New(c, resource.Kind[*payment]{Name: "payment", Collections: []string{"payments"}, Fields: paymentFields()})
}

type (
	payment      = paymentsv1.Payment
	paymentWrite = resource.Write[*payment]
)

func paymentFields() []resource.Field[*payment] {
	return []resource.Field[*payment]{
		{Path: "amount", Check: resource.Checked((*payment).GetAmount, store.CheckMoney), Required: true},
		{
			Path: "customer", Check: resource.Checked((*payment).GetCustomer, named("customers")),
			Refers: resource.Refers[*payment]{Kind: "customer", ID: func(x *payment) string { return last(x.GetCustomer()) }},
		},
		{Path: "description", Check: resource.Checked((*payment).GetDescription, text(1000))},
		{Path: "payment_method", Check: resource.Checked((*payment).GetPaymentMethod, text(maxID))},
		{Path: "capture_mode", Check: resource.Checked((*payment).GetCaptureMode, captureMode), Born: true},
		{Path: "receipt_email", Check: resource.Checked((*payment).GetReceiptEmail, text(512))},
		{Path: "metadata", Check: resource.Checked((*payment).GetMetadata, metadata)},
	}
}

func captureMode(field string, m paymentsv1.Payment_CaptureMode) error {
	if _, known := paymentsv1.Payment_CaptureMode_name[int32(m)]; !known {
		return fault.Field(field, "is no capture mode")
	}
	return nil
}

// GetPayment returns one payment.
func (s *Payments) GetPayment(ctx context.Context, r *paymentsv1.GetPaymentRequest) (*payment, error) {
	return s.payments.Get(ctx, r.GetName())
}

// BatchGetPayments returns several payments of one connection, in the order of the names.
func (s *Payments) BatchGetPayments(ctx context.Context, r *paymentsv1.BatchGetPaymentsRequest) (*paymentsv1.BatchGetPaymentsResponse, error) {
	found, err := s.payments.BatchGet(ctx, r)
	return &paymentsv1.BatchGetPaymentsResponse{Payments: found}, err
}

// ListPayments returns a page of the payments of one connection, newest first.
func (s *Payments) ListPayments(ctx context.Context, r *paymentsv1.ListPaymentsRequest) (*paymentsv1.ListPaymentsResponse, error) {
	f := r.GetFilter()
	q, err := standing(f, f.GetStates(), "customer", "customers", f.GetCustomer(), r.GetParent())
	if err != nil {
		return nil, err
	}
	page, next, err := s.payments.List(ctx, r, q)
	return &paymentsv1.ListPaymentsResponse{Payments: page, NextPageToken: next}, err
}

// CreatePayment accepts a new payment.
func (s *Payments) CreatePayment(ctx context.Context, r *paymentsv1.CreatePaymentRequest) (*payment, error) {
	if err := asked(r.GetPayment(), r.GetParent()); err != nil {
		return nil, err
	}
	w := paymentWrite{Operation: "CreatePayment", Check: known(s.customers, r.GetPayment().GetCustomer())}
	if c := r.GetConfirmation(); c != nil {
		if r.GetPayment().GetPaymentMethod() == "" {
			return nil, fault.Field("payment.payment_method", "is required where the payment is to be confirmed")
		}
		if err := confirmable(c); err != nil {
			return nil, err
		}
		w.Arguments = confirmation(c, "")
		w.Arguments["confirm"] = "true"
	}
	return s.payments.Create(ctx, w, r, r.GetPayment())
}

// UpdatePayment accepts a change and queues it.
func (s *Payments) UpdatePayment(ctx context.Context, r *paymentsv1.UpdatePaymentRequest) (*payment, error) {
	if err := asked(r.GetPayment(), r.GetPayment().GetName()); err != nil {
		return nil, err
	}
	w := paymentWrite{Operation: "UpdatePayment", Allows: func(shown *payment) error {
		if err := going(shown); err != nil {
			return err
		}
		was, is := shown.GetAmount().GetCurrencyCode(), r.GetPayment().GetAmount().GetCurrencyCode()
		if is != "" && was != "" && is != was {
			return fault.Field("payment.amount.currency_code", "must stay what it is")
		}
		return nil
	}}
	return s.payments.Update(ctx, w, r, r.GetPayment(), r.GetUpdateMask())
}

// asked checks what no field can check by itself.
func asked(x *payment, resource string) error {
	if err := counted("payment.amount", x.GetAmount()); err != nil {
		return err
	}
	return beside("payment.customer", x.GetCustomer(), resource)
}

// WatchPayments streams every visible change of one connection's payments.
func (s *Payments) WatchPayments(r *paymentsv1.WatchPaymentsRequest, to grpc.ServerStreamingServer[paymentsv1.WatchPaymentsResponse]) error {
	return resource.Watch(s.payments, r, to, func(c resource.Change[*payment]) *paymentsv1.WatchPaymentsResponse {
		return &paymentsv1.WatchPaymentsResponse{Payment: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
