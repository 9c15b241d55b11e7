package stripe

import (
	"context"

	"github.com/breakwater-acl/breakwater/deploy/chaos/history"
)

// theirCustomer is a customer as the vendor really has it.
type theirCustomer struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Email       string `json:"email"`
	Description string `json:"description"`
}

// theirPayment is a payment intent as the vendor really has it.
type theirPayment struct {
	ID          string            `json:"id"`
	Amount      int64             `json:"amount"`
	Currency    string            `json:"currency"`
	Status      string            `json:"status"`
	Customer    string            `json:"customer"`
	Description string            `json:"description"`
	Method      string            `json:"payment_method"`
	Capturable  int64             `json:"amount_capturable"`
	Received    int64             `json:"amount_received"`
	Latest      string            `json:"latest_charge"`
	Metadata    map[string]string `json:"metadata"`
}

// theirCharge is one attempt to take money.
type theirCharge struct {
	ID       string `json:"id"`
	Payment  string `json:"payment_intent"`
	Status   string `json:"status"`
	Amount   int64  `json:"amount"`
	Captured bool   `json:"captured"`
	Taken    int64  `json:"amount_captured"`
	Back     int64  `json:"amount_refunded"`
}

// theirRefund is a refund as the vendor really has it.
type theirRefund struct {
	ID       string            `json:"id"`
	Payment  string            `json:"payment_intent"`
	Amount   int64             `json:"amount"`
	Status   string            `json:"status"`
	Metadata map[string]string `json:"metadata"`
}

// theirInvoice is an invoice as the vendor really has it.
type theirInvoice struct {
	ID          string `json:"id"`
	Customer    string `json:"customer"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Total       int64  `json:"total"`
	Paid        int64  `json:"amount_paid"`
}

// theirSubscription is a subscription as the vendor really has it.
type theirSubscription struct {
	ID          string `json:"id"`
	Customer    string `json:"customer"`
	Status      string `json:"status"`
	Description string `json:"description"`
	Latest      string `json:"latest_invoice"`
}

func (x theirInvoice) id() string      { return x.ID }
func (x theirSubscription) id() string { return x.ID }

func (x theirCustomer) id() string { return x.ID }
func (x theirPayment) id() string  { return x.ID }
func (x theirCharge) id() string   { return x.ID }
func (x theirRefund) id() string   { return x.ID }

// Purses is what the charges of every payment say.
func (s *shop) Purses(ctx context.Context) ([]history.Purse, error) {
	charges, err := listed[theirCharge](ctx, s.screens, "/v1/charges", nil)
	if err != nil {
		return nil, err
	}
	of := map[string]int{}
	var all []history.Purse
	for _, c := range charges {
		if c.Status != "succeeded" {
			continue
		}
		n, known := of[c.Payment]
		if !known {
			n = len(all)
			of[c.Payment], all = n, append(all, history.Purse{Payment: c.Payment})
		}
		all[n].Charges++
		if c.Captured { // what was never taken counts as given back too
			all[n].Back += c.Back - (c.Amount - c.Taken)
		}
	}
	return all, nil
}
