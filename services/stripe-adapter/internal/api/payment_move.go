package api

import (
	"context"
	"net/url"
	"strconv"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/fault"
	"github.com/breakwater-acl/breakwater/pkg/rpc"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/store"
)

// ConfirmPayment accepts the attempt to charge the payment method.
func (s *Payments) ConfirmPayment(ctx context.Context, r *paymentsv1.ConfirmPaymentRequest) (*payment, error) {
	if err := text(maxID)("payment_method", r.GetPaymentMethod()); err != nil {
		return nil, err
	}
	if err := confirmable(r.GetConfirmation()); err != nil {
		return nil, err
	}
	return s.payments.Do(ctx, paymentWrite{
		Operation: "ConfirmPayment", Arguments: confirmation(r.GetConfirmation(), r.GetPaymentMethod()), Allows: unconfirmed,
	}, r)
}

const maxURI = 2048

func confirmable(c *paymentsv1.Confirmation) error {
	const field = "confirmation.return_uri"
	if err := rpc.Text(field, c.GetReturnUri(), 0, maxURI); err != nil || c.GetReturnUri() == "" {
		return err
	}
	if err := noCard(field, c.GetReturnUri()); err != nil {
		return err
	}
	if u, err := url.Parse(c.GetReturnUri()); err != nil || u.Scheme == "" || u.User != nil {
		return fault.Field(field, "must be an absolute URI without a login")
	}
	return nil
}

// confirmation is how a payment is confirmed, as the attempt is told.
func confirmation(c *paymentsv1.Confirmation, method string) map[string]string {
	all := map[string]string{}
	for argument, value := range map[string]string{"payment_method": method, "return_uri": c.GetReturnUri()} {
		if value != "" {
			all[argument] = value
		}
	}
	if c.GetPayerAbsent() {
		all["payer_absent"] = "true"
	}
	return all
}

// CapturePayment accepts the capture of a reserved amount, or of a part of it.
func (s *Payments) CapturePayment(ctx context.Context, r *paymentsv1.CapturePaymentRequest) (*payment, error) {
	w := paymentWrite{Operation: "CapturePayment", Allows: reserved}
	if m := r.GetAmount(); m != nil {
		if err := store.CheckMoney("amount", m); err != nil {
			return nil, err
		}
		w.Arguments = map[string]string{"amount": strconv.FormatInt(m.GetMinorUnits(), 10)}
		w.Allows = func(shown *payment) error {
			if err := reserved(shown); err != nil {
				return err
			}
			held := shown.GetAmountCapturable()
			switch {
			case held.GetCurrencyCode() != m.GetCurrencyCode():
				return fault.Field("amount.currency_code", "must be the payment's")
			case held.GetMinorUnits() < m.GetMinorUnits():
				return fault.Field("amount.minor_units", "is more than what is reserved")
			}
			return nil
		}
	}
	return s.payments.Do(ctx, w, r)
}

// CancelPayment accepts the end of a payment that has not succeeded.
func (s *Payments) CancelPayment(ctx context.Context, r *paymentsv1.CancelPaymentRequest) (*payment, error) {
	w := paymentWrite{Operation: "CancelPayment", Allows: going}
	switch reason := r.GetReason(); reason {
	case paymentsv1.Payment_CANCEL_REASON_UNSPECIFIED:
	case paymentsv1.Payment_CANCEL_REASON_DUPLICATE, paymentsv1.Payment_CANCEL_REASON_FRAUDULENT,
		paymentsv1.Payment_CANCEL_REASON_REQUESTED_BY_CUSTOMER, paymentsv1.Payment_CANCEL_REASON_ABANDONED:
		w.Arguments = map[string]string{"reason": strconv.Itoa(int(reason))}
	default:
		return nil, fault.Field("reason", "is none that a caller may give")
	}
	return s.payments.Do(ctx, w, r)
}

// going says why a payment that has ended cannot be changed.
func going(shown *payment) error {
	switch shown.GetState() {
	case paymentsv1.Payment_STATE_SUCCEEDED:
		return notNow("PAYMENT_SUCCEEDED", "the money has been taken: refund it")
	case paymentsv1.Payment_STATE_CANCELED:
		return notNow("PAYMENT_CANCELED", "the payment is canceled")
	default:
		return nil
	}
}

func unconfirmed(shown *payment) error {
	switch shown.GetState() {
	case paymentsv1.Payment_STATE_AUTHORIZED:
		return notNow("PAYMENT_AUTHORIZED", "the amount is reserved already: capture it")
	case paymentsv1.Payment_STATE_PROCESSING:
		return notNow("PAYMENT_PROCESSING", "it is under way at the bank")
	default:
		return going(shown)
	}
}

func reserved(shown *payment) error {
	if shown.GetState() != paymentsv1.Payment_STATE_AUTHORIZED {
		return notNow("NOTHING_RESERVED", "nothing is reserved, as far as is known")
	}
	return nil
}
