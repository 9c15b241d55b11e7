package sim

// invoicePayment is the link between an invoice and a payment, the only one since 2025-03-31. [official: OpenAPI invoice_payment]
type invoicePayment struct {
	identity
	AmountPaid        *int64       `json:"amount_paid"`
	AmountRequested   int64        `json:"amount_requested"`
	Created           int64        `json:"created"`
	Currency          string       `json:"currency"`
	Invoice           string       `json:"invoice"`
	IsDefault         bool         `json:"is_default"`
	Livemode          bool         `json:"livemode"`
	Payment           paymentLink  `json:"payment"`
	Status            string       `json:"status"`
	StatusTransitions paymentMoves `json:"status_transitions"`
}

type paymentLink struct {
	Intent *string `json:"payment_intent,omitempty"`
	Type   string  `json:"type"`
}

type paymentMoves struct {
	CanceledAt *int64 `json:"canceled_at"`
	PaidAt     *int64 `json:"paid_at"`
}

func invoicePaymentRoutes() []route {
	const all = "/v1/invoice_payments"
	return []route{
		lister("invoice_payment", all, []param{
			window("created"), text("invoice"), choice("status", "open", "paid", "canceled"), hash("payment", choice("type", "payment_intent").must(), text("payment_intent")),
		}, func(c *call, x *invoicePayment) bool {
			return (!c.in.has("invoice") || x.Invoice == c.in.text("invoice")) && (!c.in.has("status") || x.Status == c.in.text("status")) &&
				(!c.in.at("payment").has("payment_intent") || value(x.Payment.Intent) == c.in.at("payment").text("payment_intent"))
		}),
		reader("invoice_payment", all, "invoice_payment"),
	}
}
