package stripe

import (
	"encoding/json"
	"strings"
)

// complaint is why Stripe refused. The payment that comes with a decline is not read: it holds a secret.
type complaint struct {
	Type        string `json:"type"`
	Code        string `json:"code"`
	DeclineCode string `json:"decline_code"`
	Message     string `json:"message"`
	Param       string `json:"param"`
}

// complaintOf reads an error's body; said is false if it is not one of Stripe's.
func complaintOf(body []byte) (c complaint, said bool) {
	var e struct {
		Error *complaint `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil || e.Error == nil {
		return complaint{}, false
	}
	return *e.Error, true
}

// words are for a person: what Stripe says, and the bank's reason where it gave one.
func (c complaint) words() string {
	if c.DeclineCode != "" {
		return begin(c.Message) + " (" + begin(c.DeclineCode) + ")"
	}
	return begin(c.Message)
}

// stops is whether nothing of the account can be called until a person has acted [official: error codes].
func (c complaint) stops() bool {
	switch c.Code {
	case "api_key_expired", "platform_api_key_expired", "secret_key_required", "platform_account_required", "tls_version_unsupported", "account_closed",
		"account_invalid": // it may not act, or not any more, for the account that it is to act for
		return true
	}
	return false
}

// state is whether the object is not in a state for what was asked. After an attempt that may have been applied it may be
// that very attempt which brought it there [official: error codes].
func (c complaint) state() bool {
	switch c.Code {
	case "payment_intent_unexpected_state", "charge_already_captured", "charge_already_refunded", "charge_disputed",
		"charge_not_refundable", "refund_disputed_payment", "charge_expired_for_capture", "capture_charge_authorization_expired",
		"invoice_not_editable", "status_transition_invalid":
		return true
	}
	return false
}

const maxWords = 500

// begin is the beginning of a text that somebody else chose the length of.
func begin(s string) string {
	s = strings.ToValidUTF8(s, "?")
	if len(s) <= maxWords {
		return s
	}
	return strings.ToValidUTF8(s[:maxWords], "") + "…"
}
