package sim

import "strings"

// paymentMethod is a stored way to pay; here always a card, or a bank account that takes its time.
type paymentMethod struct {
	identity
	Created        int64             `json:"created"`
	Livemode       bool              `json:"livemode"`
	AllowRedisplay string            `json:"allow_redisplay"`
	BillingDetails billingDetails    `json:"billing_details"`
	Customer       *string           `json:"customer"`
	Metadata       map[string]string `json:"metadata"`
	Type           string            `json:"type"`
	behaves        behaviour
}

type billingDetails struct {
	Address address `json:"address"`
	Email   *string `json:"email"`
	Name    *string `json:"name"`
	Phone   *string `json:"phone"`
	TaxID   *string `json:"tax_id"`
}

// behaviour is what comes of a payment with a test method.
type behaviour struct {
	decline string // decline code; empty: none
	code    string // error code beside it
	action  bool   // the payer must prove who they are
	slow    bool   // under way for a while
	refund  string // how a refund goes: "", "fails", "pends"
}

// behaviours are the test methods, by the names that the vendor's test mode knows. [official, second-hand: docs "Testing";
// community, several repos agree]
func behaviours() map[string]behaviour {
	return map[string]behaviour{
		"pm_card_visa": {}, "pm_card_mastercard": {}, "pm_card_amex": {}, "pm_card_us": {},
		"pm_card_visa_chargeDeclined":                  {code: "card_declined", decline: "generic_decline"},
		"pm_card_visa_chargeDeclinedInsufficientFunds": {code: "card_declined", decline: "insufficient_funds"},
		"pm_card_visa_chargeDeclinedLostCard":          {code: "card_declined", decline: "lost_card"},
		"pm_card_visa_chargeDeclinedStolenCard":        {code: "card_declined", decline: "stolen_card"},
		"pm_card_chargeDeclinedFraudulent":             {code: "card_declined", decline: "fraudulent"},
		"pm_card_chargeDeclinedExpiredCard":            {code: "expired_card", decline: "expired_card"},
		"pm_card_chargeDeclinedIncorrectCvc":           {code: "incorrect_cvc", decline: "incorrect_cvc"},
		"pm_card_chargeDeclinedProcessingError":        {code: "processing_error", decline: "processing_error"},
		"pm_card_chargeCustomerFail":                   {code: "card_declined", decline: "generic_decline"},
		"pm_card_authenticationRequired":               {action: true},
		"pm_card_threeDSecure2Required":                {action: true},
		"pm_card_refundFail":                           {refund: "fails"},
		"pm_card_pendingRefund":                        {refund: "pends"},
		"pm_usBankAccount_success":                     {slow: true},
		"pm_usBankAccount_noAccount":                   {slow: true, code: "payment_method_customer_decline", decline: "invalid_account"},
	}
}

func methodRoutes() []route {
	return []route{reader("payment_method", "/v1/payment_methods", "payment_method")}
}

// method is a stored method. The name of a test method makes a new one each time it is used. [official, second-hand: Testing]
func (c *change) method(id, param string) (*paymentMethod, error) {
	if m, ok := find[*paymentMethod](c.a, "payment_method", id); ok {
		return m, nil
	}
	behaves, known := behaviours()[id]
	if !known || c.s.cfg.Live && !c.s.Switches().TestCardsInLive {
		return nil, missing(400, "payment_method", id, param)
	}
	m := &paymentMethod{
		identity: c.mint("payment_method"), Created: c.at, Livemode: c.s.cfg.Live, AllowRedisplay: "unspecified", Metadata: map[string]string{},
		Type: "card", behaves: behaves,
	}
	if strings.HasPrefix(id, "pm_usBankAccount") {
		m.Type = "us_bank_account"
	}
	c.store(m)
	return m, nil
}

// attach gives a method to a customer.
func (c *change) attach(id, param string, owner *string) (*paymentMethod, error) {
	m, err := c.method(id, param)
	if err != nil {
		return nil, err
	}
	if m.Customer != nil && value(m.Customer) != value(owner) {
		return nil, invalid("", param, "The payment method you provided has already been attached to a customer.")
	}
	attached := *m
	attached.Customer = owner
	c.store(&attached)
	return &attached, nil
}
