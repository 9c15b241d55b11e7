package translate

import (
	"strings"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/stripe-adapter/internal/stripe"
)

// Payment is what s tells of its payment. Where the latest charge came as its id only, as in events, nothing is said of it.
// An error of kind Drift names a field that Stripe always sent and now does not.
func (w Words) Payment(s stripe.Seen[sdk.PaymentIntent]) (mirror.Observation, error) {
	x := &s.Is
	o := observed("payment", s, x.Metadata)
	if err := needs("payment", s, "amount", "created", "currency", "metadata", "status"); err != nil {
		return o, err
	}
	currency := string(x.Currency)
	state := &paymentsv1.Payment{
		Amount: money(x.Amount, currency), State: paymentState(x.Status), Description: x.Description, CaptureMode: captureMode(x.CaptureMethod),
		ReceiptEmail: x.ReceiptEmail, AmountCapturable: some(x.AmountCapturable, currency), AmountReceived: some(x.AmountReceived, currency),
		LastDecline: lastDecline(x.LastPaymentError), CancelReason: cancelReason(x.CancellationReason), CancelTime: stamp(x.CanceledAt),
		Metadata: theirs(x.Metadata), CreateTime: stamp(x.Created),
	}
	if x.Customer != nil {
		state.Customer = w.name("customers", x.Customer.ID)
	}
	if x.PaymentMethod != nil {
		state.PaymentMethod = x.PaymentMethod.ID
	}
	o.State, o.Covers = state, mirror.Fields("amount", "state", "customer", "description", "payment_method", "capture_mode", "receipt_email",
		"amount_capturable", "amount_received", "last_decline", "cancel_reason", "cancel_time", "metadata", "create_time")
	if told := x.LatestCharge == nil || x.LatestCharge.Object != ""; told {
		state.LatestCharge = chargeOf(x.LatestCharge)
		o.Covers.Paths = append(o.Covers.Paths, "latest_charge")
	}
	return o, nil
}

func chargeOf(c *sdk.Charge) *paymentsv1.Charge {
	if c == nil {
		return nil
	}
	currency := string(c.Currency)
	return &paymentsv1.Charge{
		Id: c.ID, State: chargeState(c.Status), Amount: money(c.Amount, currency), AmountCaptured: some(c.AmountCaptured, currency),
		AmountRefunded: some(c.AmountRefunded, currency), Disputed: c.Disputed, Decline: declineOf(c), CreateTime: stamp(c.Created),
	}
}

func paymentState(theirs sdk.PaymentIntentStatus) paymentsv1.Payment_State {
	switch theirs {
	case sdk.PaymentIntentStatusRequiresPaymentMethod:
		return paymentsv1.Payment_STATE_NEEDS_METHOD
	case sdk.PaymentIntentStatusRequiresConfirmation:
		return paymentsv1.Payment_STATE_NEEDS_CONFIRMATION
	case sdk.PaymentIntentStatusRequiresAction:
		return paymentsv1.Payment_STATE_NEEDS_ACTION
	case sdk.PaymentIntentStatusProcessing:
		return paymentsv1.Payment_STATE_PROCESSING
	case sdk.PaymentIntentStatusRequiresCapture:
		return paymentsv1.Payment_STATE_AUTHORIZED
	case sdk.PaymentIntentStatusSucceeded:
		return paymentsv1.Payment_STATE_SUCCEEDED
	case sdk.PaymentIntentStatusCanceled:
		return paymentsv1.Payment_STATE_CANCELED
	}
	return paymentsv1.Payment_STATE_UNSPECIFIED
}

func chargeState(theirs sdk.ChargeStatus) paymentsv1.Charge_State {
	switch theirs {
	case sdk.ChargeStatusPending:
		return paymentsv1.Charge_STATE_PENDING
	case sdk.ChargeStatusSucceeded:
		return paymentsv1.Charge_STATE_SUCCEEDED
	case sdk.ChargeStatusFailed:
		return paymentsv1.Charge_STATE_FAILED
	}
	return paymentsv1.Charge_STATE_UNSPECIFIED
}

func captureMode(theirs sdk.PaymentIntentCaptureMethod) paymentsv1.Payment_CaptureMode {
	switch theirs {
	case sdk.PaymentIntentCaptureMethodAutomatic, sdk.PaymentIntentCaptureMethodAutomaticAsync:
		return paymentsv1.Payment_CAPTURE_MODE_AUTOMATIC
	case sdk.PaymentIntentCaptureMethodManual:
		return paymentsv1.Payment_CAPTURE_MODE_MANUAL
	}
	return paymentsv1.Payment_CAPTURE_MODE_UNSPECIFIED
}

func cancelReason(theirs sdk.PaymentIntentCancellationReason) paymentsv1.Payment_CancelReason {
	switch theirs {
	case sdk.PaymentIntentCancellationReasonDuplicate:
		return paymentsv1.Payment_CANCEL_REASON_DUPLICATE
	case sdk.PaymentIntentCancellationReasonFraudulent:
		return paymentsv1.Payment_CANCEL_REASON_FRAUDULENT
	case sdk.PaymentIntentCancellationReasonRequestedByCustomer:
		return paymentsv1.Payment_CANCEL_REASON_REQUESTED_BY_CUSTOMER
	case sdk.PaymentIntentCancellationReasonAbandoned:
		return paymentsv1.Payment_CANCEL_REASON_ABANDONED
	case sdk.PaymentIntentCancellationReasonAutomatic, sdk.PaymentIntentCancellationReasonExpired,
		sdk.PaymentIntentCancellationReasonFailedInvoice, sdk.PaymentIntentCancellationReasonVoidInvoice:
		return paymentsv1.Payment_CANCEL_REASON_BY_VENDOR
	}
	return paymentsv1.Payment_CANCEL_REASON_UNSPECIFIED
}

// NewPayment is the fields in paths of a new payment in Stripe's words, with the mark that finds it again.
func NewPayment(x *paymentsv1.Payment, paths []string, customer string, mark uuid.UUID) *sdk.PaymentIntentCreateParams {
	u := PaymentPatch(x, paths, customer)
	p := &sdk.PaymentIntentCreateParams{
		Amount: sdk.Int64(x.GetAmount().GetMinorUnits()), Currency: sdk.String(strings.ToLower(x.GetAmount().GetCurrencyCode())),
		Customer: u.Customer, Description: u.Description, PaymentMethod: u.PaymentMethod, ReceiptEmail: u.ReceiptEmail,
		Metadata: marking(x.GetMetadata(), mark),
	}
	if x.GetCaptureMode() == paymentsv1.Payment_CAPTURE_MODE_MANUAL {
		p.CaptureMethod = sdk.String(string(sdk.PaymentIntentCaptureMethodManual))
	}
	return p
}

// PaymentPatch is the fields in paths in Stripe's words. The customer, which may have been created only meanwhile, is given
// by its id.
func PaymentPatch(x *paymentsv1.Payment, paths []string, customer string) *sdk.PaymentIntentUpdateParams {
	p := &sdk.PaymentIntentUpdateParams{}
	for _, path := range paths {
		switch path {
		case "amount":
			p.Amount = sdk.Int64(x.GetAmount().GetMinorUnits())
			if code := x.GetAmount().GetCurrencyCode(); code != "" { // or it would be so many of a currency that somebody else has set
				p.Currency = sdk.String(strings.ToLower(code))
			}
		case "customer":
			p.Customer = sdk.String(customer)
		case "description":
			p.Description = sdk.String(x.GetDescription())
		case "payment_method":
			p.PaymentMethod = sdk.String(x.GetPaymentMethod())
		case "receipt_email":
			p.ReceiptEmail = sdk.String(x.GetReceiptEmail())
		case "metadata":
			p.Metadata = x.GetMetadata()
		}
	}
	return p
}

// TheirCancelReason is a reason in Stripe's words; empty: none.
func TheirCancelReason(ours paymentsv1.Payment_CancelReason) string {
	switch ours {
	case paymentsv1.Payment_CANCEL_REASON_DUPLICATE:
		return string(sdk.PaymentIntentCancellationReasonDuplicate)
	case paymentsv1.Payment_CANCEL_REASON_FRAUDULENT:
		return string(sdk.PaymentIntentCancellationReasonFraudulent)
	case paymentsv1.Payment_CANCEL_REASON_REQUESTED_BY_CUSTOMER:
		return string(sdk.PaymentIntentCancellationReasonRequestedByCustomer)
	case paymentsv1.Payment_CANCEL_REASON_ABANDONED:
		return string(sdk.PaymentIntentCancellationReasonAbandoned)
	default:
		return ""
	}
}
