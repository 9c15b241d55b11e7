package api

import (
	"context"

	"google.golang.org/grpc"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/resource"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// Refunds is the RefundService.
type Refunds struct {
	paymentsv1.UnimplementedRefundServiceServer

	refunds  *resource.Server[*paymentsv1.Refund]
	payments *resource.Server[*paymentsv1.Payment]
}

// NewRefunds serves the refunds.
func NewRefunds(c resource.Config) *Refunds {
	return &Refunds{payments: payments(c), refunds: resource.New(c, resource.Kind[*refund]{
		Name: "refund", Collections: []string{"refunds"}, Fields: refundFields(),
	})}
}

type (
	refund      = paymentsv1.Refund
	refundWrite = resource.Write[*refund]
)

func refundFields() []resource.Field[*refund] {
	return []resource.Field[*refund]{
		{
			Path: "payment", Check: resource.Checked((*refund).GetPayment, named("payments")), Born: true, Required: true,
			Refers: resource.Refers[*refund]{Kind: "payment", ID: func(x *refund) string { return last(x.GetPayment()) }},
		},
		{Path: "amount", Check: resource.Checked((*refund).GetAmount, store.CheckMoney), Born: true},
		{Path: "reason", Check: resource.Checked((*refund).GetReason, refundReason), Born: true},
		{Path: "metadata", Check: resource.Checked((*refund).GetMetadata, metadata)},
	}
}

func refundReason(field string, r paymentsv1.Refund_Reason) error {
	if _, known := paymentsv1.Refund_Reason_name[int32(r)]; !known || r == paymentsv1.Refund_REASON_BY_VENDOR {
		return fault.Field(field, "is none that a caller may give")
	}
	return nil
}

// GetRefund returns one refund.
func (s *Refunds) GetRefund(ctx context.Context, r *paymentsv1.GetRefundRequest) (*refund, error) {
	return s.refunds.Get(ctx, r.GetName())
}

// BatchGetRefunds returns several refunds of one connection, in the order of the names.
func (s *Refunds) BatchGetRefunds(ctx context.Context, r *paymentsv1.BatchGetRefundsRequest) (*paymentsv1.BatchGetRefundsResponse, error) {
	found, err := s.refunds.BatchGet(ctx, r)
	return &paymentsv1.BatchGetRefundsResponse{Refunds: found}, err
}

// ListRefunds returns a page of the refunds of one connection, newest first.
func (s *Refunds) ListRefunds(ctx context.Context, r *paymentsv1.ListRefundsRequest) (*paymentsv1.ListRefundsResponse, error) {
	f := r.GetFilter()
	q, err := standing(f, f.GetStates(), "payment", "payments", f.GetPayment(), r.GetParent())
	if err != nil {
		return nil, err
	}
	page, next, err := s.refunds.List(ctx, r, q)
	return &paymentsv1.ListRefundsResponse{Refunds: page, NextPageToken: next}, err
}

// CreateRefund accepts a refund of a payment, whole or in part.
func (s *Refunds) CreateRefund(ctx context.Context, r *paymentsv1.CreateRefundRequest) (*refund, error) {
	x := r.GetRefund()
	if err := counted("refund.amount", x.GetAmount()); err != nil {
		return nil, err
	}
	if x.GetPayment() == "" {
		return nil, fault.Field("refund.payment", "is required")
	}
	if err := beside("refund.payment", x.GetPayment(), r.GetParent()); err != nil {
		return nil, err
	}
	return s.refunds.Create(ctx, refundWrite{Operation: "CreateRefund", Check: func(ctx context.Context) error { return s.refundable(ctx, x) }}, r, x)
}

// refundable says why x cannot be given back, as far as the mirror knows its payment.
func (s *Refunds) refundable(ctx context.Context, x *refund) error {
	paid, err := s.payments.Read(ctx, x.GetPayment())
	if err != nil {
		return err
	}
	if paid.GetState() != paymentsv1.Payment_STATE_SUCCEEDED {
		return notNow("PAYMENT_NOT_SUCCEEDED", "nothing has been taken, as far as is known")
	}
	left := paid.GetAmountReceived().GetMinorUnits() - paid.GetLatestCharge().GetAmountRefunded().GetMinorUnits()
	switch {
	case left <= 0:
		return notNow("NOTHING_LEFT", "all of it has been given back")
	case x.GetAmount() == nil:
		return nil
	case x.GetAmount().GetCurrencyCode() != paid.GetAmountReceived().GetCurrencyCode():
		return fault.Field("refund.amount.currency_code", "must be the payment's")
	case x.GetAmount().GetMinorUnits() > left:
		return fault.Field("refund.amount.minor_units", "is more than what is left")
	}
	return nil
}

// UpdateRefund accepts a change of the metadata, and queues it.
func (s *Refunds) UpdateRefund(ctx context.Context, r *paymentsv1.UpdateRefundRequest) (*refund, error) {
	return s.refunds.Update(ctx, refundWrite{Operation: "UpdateRefund"}, r, r.GetRefund(), r.GetUpdateMask())
}

// CancelRefund accepts the end of a refund that waits for the payee.
func (s *Refunds) CancelRefund(ctx context.Context, r *paymentsv1.CancelRefundRequest) (*refund, error) {
	return s.refunds.Do(ctx, refundWrite{Operation: "CancelRefund", Allows: func(shown *refund) error {
		if shown.GetState() != paymentsv1.Refund_STATE_NEEDS_ACTION {
			return notNow("REFUND_NOT_WAITING", "it does not wait for the payee")
		}
		return nil
	}}, r)
}

// WatchRefunds streams every visible change of one connection's refunds.
func (s *Refunds) WatchRefunds(r *paymentsv1.WatchRefundsRequest, to grpc.ServerStreamingServer[paymentsv1.WatchRefundsResponse]) error {
	return resource.Watch(s.refunds, r, to, func(c resource.Change[*refund]) *paymentsv1.WatchRefundsResponse {
		return &paymentsv1.WatchRefundsResponse{Refund: c.Resource, ResumeToken: c.ResumeToken, ChangeTime: c.ChangeTime}
	})
}
