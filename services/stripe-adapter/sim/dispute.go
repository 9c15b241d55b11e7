package sim

import "strings"

// dispute is a payer who complains to their bank; it is only told of. [official: OpenAPI dispute]
type dispute struct {
	identity
	Amount        int64             `json:"amount"`
	Transactions  []none            `json:"balance_transactions"`
	Charge        string            `json:"charge"`
	Created       int64             `json:"created"`
	Currency      string            `json:"currency"`
	Eligibility   []string          `json:"enhanced_eligibility_types"`
	Evidence      disputeEvidence   `json:"evidence"`
	Details       disputeDetails    `json:"evidence_details"`
	Refundable    bool              `json:"is_charge_refundable"`
	Livemode      bool              `json:"livemode"`
	Metadata      map[string]string `json:"metadata"`
	PaymentIntent *string           `json:"payment_intent"`
	Reason        string            `json:"reason"`
	Status        string            `json:"status"`
}

type disputeEvidence struct {
	Enhanced map[string]any `json:"enhanced_evidence"`
}

type disputeDetails struct {
	Enhanced        map[string]any `json:"enhanced_eligibility"`
	HasEvidence     bool           `json:"has_evidence"`
	PastDue         bool           `json:"past_due"`
	SubmissionCount int            `json:"submission_count"`
}

// Dispute makes the payer of a charge complain.
func (s *Stripe) Dispute(id string) error {
	_, err := byHand(s, s.cfg.Account, func(c *change) (any, error) {
		old, ok := find[*charge](c.a, "charge", id)
		if !ok {
			return nil, missing(404, "charge", id, "id")
		}
		x := *old
		x.Disputed = true
		c.put("dispute", &x)
		c.tell("charge.dispute.created", &dispute{
			identity: identity{ID: "dp_" + strings.ReplaceAll(s.dice.UUID(), "-", "")[:24], Object: "dispute"}, Amount: x.Amount, Transactions: []none{},
			Charge: x.ID, Created: c.at, Currency: x.Currency, Eligibility: []string{}, Evidence: disputeEvidence{map[string]any{}},
			Details: disputeDetails{Enhanced: map[string]any{}}, Livemode: x.Livemode, Metadata: map[string]string{}, PaymentIntent: x.PaymentIntent,
			Reason: "general", Status: "needs_response",
		}, nil)
		return nil, nil
	})
	return err
}
