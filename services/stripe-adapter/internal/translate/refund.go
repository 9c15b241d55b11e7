package translate

import (
	"cmp"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Refund is what s tells of its refund. An error of kind Drift names a field that Stripe always sent and now does not.
func (w Words) Refund(s stripe.Seen[sdk.Refund]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("refund", s, x.Metadata)
	if err := needs("refund", s, "amount", "created", "currency", "metadata", "status"); err != nil {
		return o, err
	}
	state := &paymentsv1.Refund{
		Amount: money(x.Amount, string(x.Currency)), State: refundState(x.Status), Reason: refundReason(x.Reason),
		StateReason: cmp.Or(string(x.FailureReason), string(x.PendingReason)), Metadata: theirs(x.Metadata), CreateTime: stamp(x.Created),
	}
	if x.PaymentIntent != nil {
		state.Payment = w.name("payments", x.PaymentIntent.ID)
	}
	if x.Charge != nil {
		state.Charge = x.Charge.ID
	}
	o.State = state
	o.Covers = mirror.Fields("payment", "charge", "amount", "state", "reason", "state_reason", "metadata", "create_time")
	return o, nil
}

func refundState(theirs sdk.RefundStatus) paymentsv1.Refund_State {
	switch theirs {
	case sdk.RefundStatusPending:
		return paymentsv1.Refund_STATE_PENDING
	case sdk.RefundStatusRequiresAction:
		return paymentsv1.Refund_STATE_NEEDS_ACTION
	case sdk.RefundStatusSucceeded:
		return paymentsv1.Refund_STATE_SUCCEEDED
	case sdk.RefundStatusFailed:
		return paymentsv1.Refund_STATE_FAILED
	case sdk.RefundStatusCanceled:
		return paymentsv1.Refund_STATE_CANCELED
	}
	return paymentsv1.Refund_STATE_UNSPECIFIED
}

func refundReason(theirs sdk.RefundReason) paymentsv1.Refund_Reason {
	switch theirs {
	case sdk.RefundReasonDuplicate:
		return paymentsv1.Refund_REASON_DUPLICATE
	case sdk.RefundReasonFraudulent:
		return paymentsv1.Refund_REASON_FRAUDULENT
	case sdk.RefundReasonRequestedByCustomer:
		return paymentsv1.Refund_REASON_REQUESTED_BY_CUSTOMER
	case sdk.RefundReasonExpiredUncapturedCharge:
		return paymentsv1.Refund_REASON_BY_VENDOR
	}
	return paymentsv1.Refund_REASON_UNSPECIFIED
}

func theirRefundReason(ours paymentsv1.Refund_Reason) *string {
	switch ours {
	case paymentsv1.Refund_REASON_DUPLICATE:
		return sdk.String(string(sdk.RefundReasonDuplicate))
	case paymentsv1.Refund_REASON_FRAUDULENT:
		return sdk.String(string(sdk.RefundReasonFraudulent))
	case paymentsv1.Refund_REASON_REQUESTED_BY_CUSTOMER:
		return sdk.String(string(sdk.RefundReasonRequestedByCustomer))
	default:
		return nil
	}
}

// NewRefund is a new refund of the payment with that id in Stripe's words, with the mark that finds it again. Without an amount
// it is of all that is left.
func NewRefund(r *paymentsv1.Refund, payment string, mark uuid.UUID) *sdk.RefundCreateParams {
	p := &sdk.RefundCreateParams{
		PaymentIntent: sdk.String(payment), Reason: theirRefundReason(r.GetReason()), Metadata: marking(r.GetMetadata(), mark),
	}
	if r.GetAmount() != nil {
		p.Amount = sdk.Int64(r.GetAmount().GetMinorUnits())
	}
	return p
}
