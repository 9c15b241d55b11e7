package translate

import (
	"slices"
	"strings"

	sdk "github.com/stripe/stripe-go/v85"

	paymentsv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/payments/v1"
)

// maxMessage bounds a decline's words, in bytes.
const maxMessage = 2000

func lastDecline(e *sdk.Error) *paymentsv1.Decline {
	if e == nil {
		return nil
	}
	return &paymentsv1.Decline{Code: string(e.Code), Reason: string(e.DeclineCode), Message: cut(e.Msg), Advice: advice(string(e.DeclineCode), string(e.Code))}
}

// declineOf is why a charge failed. The bank's own advice goes before what its codes usually mean.
func declineOf(c *sdk.Charge) *paymentsv1.Decline {
	if c.FailureCode == "" && c.FailureMessage == "" {
		return nil
	}
	d := &paymentsv1.Decline{Code: c.FailureCode, Message: cut(c.FailureMessage)}
	if c.Outcome == nil {
		d.Advice = advice("", d.GetCode())
		return d
	}
	d.Reason = c.Outcome.Reason
	switch c.Outcome.AdviceCode {
	case sdk.ChargeOutcomeAdviceCodeDoNotTryAgain:
		d.Advice = paymentsv1.Decline_ADVICE_OTHER_METHOD
	case sdk.ChargeOutcomeAdviceCodeTryAgainLater:
		d.Advice = paymentsv1.Decline_ADVICE_TRY_LATER
	case sdk.ChargeOutcomeAdviceCodeConfirmCardData:
		d.Advice = paymentsv1.Decline_ADVICE_PAYER_MUST_ACT
	default:
		d.Advice = advice(d.GetReason(), d.GetCode())
	}
	return d
}

// advice is what is worth doing after a decline: the bank's reason decides, else the code [community: a working split of the
// decline codes; official: error codes].
func advice(reason, code string) paymentsv1.Decline_Advice {
	for _, word := range []string{reason, code} {
		switch {
		case slices.Contains(final(), word):
			return paymentsv1.Decline_ADVICE_OTHER_METHOD
		case slices.Contains(passing(), word):
			return paymentsv1.Decline_ADVICE_TRY_LATER
		case slices.Contains(payers(), word):
			return paymentsv1.Decline_ADVICE_PAYER_MUST_ACT
		}
	}
	return paymentsv1.Decline_ADVICE_UNSPECIFIED
}

func final() []string {
	return strings.Fields("fraudulent lost_card stolen_card pickup_card restricted_card do_not_try_again revocation_of_authorization" +
		" revocation_of_all_authorizations stop_payment_order invalid_account incorrect_number invalid_number expired_card merchant_blacklist" +
		" security_violation card_not_supported currency_not_supported transaction_not_allowed testmode_decline")
}

func passing() []string {
	return strings.Fields("insufficient_funds card_velocity_exceeded withdrawal_count_limit_exceeded issuer_not_available processing_error" +
		" reenter_transaction try_again_later approve_with_id")
}

func payers() []string {
	return strings.Fields("authentication_required incorrect_cvc invalid_cvc incorrect_zip invalid_expiry_month invalid_expiry_year" +
		" incorrect_pin call_issuer do_not_honor generic_decline no_action_taken not_permitted service_not_allowed")
}

func cut(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxMessage)], "")
}
