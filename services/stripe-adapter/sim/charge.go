package sim

import "strings"

// charge is one attempt to take money. [official: OpenAPI charge]
type charge struct {
	identity
	Amount               int64             `json:"amount"`
	AmountCaptured       int64             `json:"amount_captured"`
	AmountRefunded       int64             `json:"amount_refunded"`
	Application          *none             `json:"application"`
	ApplicationFee       *none             `json:"application_fee"`
	ApplicationFeeAmount *none             `json:"application_fee_amount"`
	BalanceTransaction   *string           `json:"balance_transaction"`
	BillingDetails       billingDetails    `json:"billing_details"`
	Descriptor           *string           `json:"calculated_statement_descriptor"`
	Captured             bool              `json:"captured"`
	Created              int64             `json:"created"`
	Currency             string            `json:"currency"`
	Customer             *string           `json:"customer"`
	Description          *string           `json:"description"`
	Disputed             bool              `json:"disputed"`
	FailureBalance       *none             `json:"failure_balance_transaction"`
	FailureCode          *string           `json:"failure_code"`
	FailureMessage       *string           `json:"failure_message"`
	FraudDetails         map[string]string `json:"fraud_details"`
	Livemode             bool              `json:"livemode"`
	Metadata             map[string]string `json:"metadata"`
	OnBehalfOf           *none             `json:"on_behalf_of"`
	Outcome              *chargeOutcome    `json:"outcome"`
	Paid                 bool              `json:"paid"`
	PaymentIntent        *string           `json:"payment_intent"`
	PaymentMethod        *string           `json:"payment_method"`
	PaymentMethodDetails methodDetails     `json:"payment_method_details"`
	ReceiptEmail         *string           `json:"receipt_email"`
	ReceiptNumber        *string           `json:"receipt_number"`
	ReceiptURL           *string           `json:"receipt_url"`
	Refunded             bool              `json:"refunded"`
	Review               *none             `json:"review"`
	Shipping             *none             `json:"shipping"`
	SourceTransfer       *none             `json:"source_transfer"`
	StatementDescriptor  *string           `json:"statement_descriptor"`
	DescriptorSuffix     *string           `json:"statement_descriptor_suffix"`
	Status               string            `json:"status"`
	TransferData         *none             `json:"transfer_data"`
	TransferGroup        *string           `json:"transfer_group"`

	behaves behaviour
}

type chargeOutcome struct {
	AdviceCode    *string `json:"advice_code"`
	NetworkStatus string  `json:"network_status"`
	Reason        *string `json:"reason"`
	RiskLevel     string  `json:"risk_level"`
	RiskScore     int     `json:"risk_score"`
	SellerMessage string  `json:"seller_message"`
	Type          string  `json:"type"`
}

// methodDetails holds what is printed on a receipt: an adapter must not keep it.
type methodDetails struct {
	Card *cardDetails `json:"card,omitempty"`
	Type string       `json:"type"`
}

type cardDetails struct {
	Brand    string `json:"brand"`
	Country  string `json:"country"`
	ExpMonth int    `json:"exp_month"`
	ExpYear  int    `json:"exp_year"`
	Funding  string `json:"funding"`
	Last4    string `json:"last4"`
}

func chargeRoutes() []route {
	return []route{
		lister("charge", "/v1/charges", []param{window("created"), text("customer"), text("payment_intent")}, func(c *call, x *charge) bool {
			return (!c.in.has("customer") || value(x.Customer) == c.in.text("customer")) &&
				(!c.in.has("payment_intent") || value(x.PaymentIntent) == c.in.text("payment_intent"))
		}),
		reader("charge", "/v1/charges", "charge"),
		{method: "POST", path: "/v1/charges/{charge}", params: []param{text("description"), text("receipt_email"), metadata(), expandable()}, write: updateCharge},
	}
}

func updateCharge(c *change, q *call) (any, error) {
	old, ok := find[*charge](c.a, "charge", q.PathValue("charge"))
	if !ok {
		return nil, missing(404, "charge", q.PathValue("charge"), "charge")
	}
	x := *old
	q.in.setText("description", &x.Description)
	q.in.setText("receipt_email", &x.ReceiptEmail)
	x.Metadata = q.in.metadata(x.Metadata)
	c.put("update", &x)
	c.tell("charge.updated", &x, old)
	return &x, nil
}

// newCharge is an attempt that ended so; the caller keeps it.
func (c *change) newCharge(p *paymentIntent, method *paymentMethod, status string) *charge {
	x := &charge{
		identity: c.mint("charge"), Amount: p.Amount, Created: c.at, Currency: p.Currency, Customer: p.Customer, Description: p.Description,
		FraudDetails: map[string]string{}, Livemode: p.Livemode, Metadata: p.Metadata, PaymentIntent: &p.ID, PaymentMethod: &method.ID,
		PaymentMethodDetails: methodDetails{Type: method.Type}, ReceiptEmail: p.ReceiptEmail, Status: status, TransferGroup: p.TransferGroup,
		StatementDescriptor: p.StatementDescriptor, DescriptorSuffix: p.DescriptorSuffix, behaves: method.behaves,
	}
	if method.Type == "card" {
		x.PaymentMethodDetails.Card = &cardDetails{Brand: "visa", Country: "US", ExpMonth: 8, ExpYear: 2030, Funding: "credit", Last4: "4242"}
	}
	if status != "failed" {
		x.Paid, x.Captured, x.AmountCaptured = status == "succeeded", true, p.Amount
		x.Outcome = &chargeOutcome{NetworkStatus: "approved_by_network", RiskLevel: "normal", RiskScore: 20, SellerMessage: "Payment complete.", Type: "authorized"}
		x.ReceiptURL = maybe("https://pay.stripe.com/receipts/payment/" + c.newSecret()[6:])
	}
	return x
}

// fail makes it an attempt that came to nothing.
func (x *charge) fail(why behaviour) {
	x.Status, x.Paid, x.Captured, x.AmountCaptured, x.ReceiptURL = "failed", false, false, 0, nil
	x.FailureCode = &why.code
	x.FailureMessage = maybe(map[string]string{
		"expired_card": "Your card has expired.", "incorrect_cvc": "Your card's security code is incorrect.",
		"processing_error":                      "An error occurred while processing your card. Try again in a little bit.",
		"authentication_required":               "Your card was declined. This transaction requires authentication.",
		"payment_intent_authentication_failure": "The provided PaymentMethod has failed authentication.",
	}[why.code])
	if x.FailureMessage == nil {
		x.FailureMessage = maybe("Your card was declined.")
		if why.decline == "insufficient_funds" {
			x.FailureMessage = maybe("Your card has insufficient funds.")
		}
	}
	x.Outcome = &chargeOutcome{
		AdviceCode: maybe(advice(why.decline)), NetworkStatus: "declined_by_network", Reason: maybe(why.decline), RiskLevel: "normal", RiskScore: 20,
		SellerMessage: "The bank did not return any further details with this decline.", Type: "issuer_declined",
	}
}

// settle gives a charge its balance transaction. With asynchronous capture that comes later, by time. [official: asynchronous capture]
func (c *change) settle(x *charge) {
	id := "txn_" + strings.ReplaceAll(c.s.dice.UUID(), "-", "")[:24]
	x.BalanceTransaction = &id
}

// chargesDue fills in the balance transactions that are due, and tells of it.
func (c *change) chargesDue() {
	wait := c.s.Switches().SettleSeconds
	for _, old := range all(c.a, "charge", func(x *charge) bool {
		return x.Status == "succeeded" && x.Captured && x.BalanceTransaction == nil && x.born+wait <= c.at
	}) {
		x := *old
		c.settle(&x)
		c.store(&x)
		c.tell("charge.updated", &x, old)
	}
}
