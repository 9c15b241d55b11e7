package sim

// refund is money on its way back. It has no livemode. [official: OpenAPI refund]
type refund struct {
	identity
	Amount             int64             `json:"amount"`
	BalanceTransaction *string           `json:"balance_transaction"`
	Charge             *string           `json:"charge"`
	Created            int64             `json:"created"`
	Currency           string            `json:"currency"`
	Customer           *string           `json:"customer"`
	CustomerAccount    *none             `json:"customer_account"`
	DestinationDetails refundDestination `json:"destination_details"`
	FailureReason      string            `json:"failure_reason,omitempty"`
	InstructionsEmail  string            `json:"instructions_email,omitempty"`
	Metadata           map[string]string `json:"metadata"`
	NextAction         *refundAction     `json:"next_action,omitempty"`
	PaymentIntent      *string           `json:"payment_intent"`
	PaymentMethod      *string           `json:"payment_method"`
	PendingReason      string            `json:"pending_reason,omitempty"`
	Reason             *string           `json:"reason"`
	ReceiptNumber      *string           `json:"receipt_number"`
	SourceReversal     *none             `json:"source_transfer_reversal"`
	Status             string            `json:"status"`
	TransferReversal   *none             `json:"transfer_reversal"`

	due  int64 // when its state changes by itself; 0: it does not
	ends string
}

type refundDestination struct {
	Card *refundCard `json:"card,omitempty"`
	Type string      `json:"type"`
}

type refundCard struct {
	Type string `json:"type"`
}

type refundAction struct {
	Type string `json:"type"`
}

func (r *refund) marks() map[string]string { return r.Metadata }

func (r *refund) parent() string { return value(r.PaymentIntent) }

func refundRoutes() []route {
	const all, one = "/v1/refunds", "/v1/refunds/{refund}"
	return []route{
		lister("refund", all, []param{window("created"), text("charge"), text("payment_intent")}, func(c *call, r *refund) bool {
			return (!c.in.has("charge") || value(r.Charge) == c.in.text("charge")) &&
				(!c.in.has("payment_intent") || value(r.PaymentIntent) == c.in.text("payment_intent"))
		}),
		reader("refund", all, "refund"),
		{method: "POST", path: all, write: createRefund, params: []param{
			whole("amount"), text("charge"), text("payment_intent"), text("currency"), text("instructions_email"), metadata(), expandable(),
			choice("reason", "duplicate", "fraudulent", "requested_by_customer"),
		}},
		{method: "POST", path: one, params: []param{metadata(), expandable()}, write: updateRefund},
		{method: "POST", path: one + "/cancel", params: []param{expandable()}, write: cancelRefund},
	}
}
