package sim

import "encoding/json"

// preview is an invoice that does not exist yet, as an event shows it: it has no id to keep it by. [official: events
// invoice.upcoming; community: sync-engine #121, dj-stripe #530]
type preview struct {
	invoice *invoice
	id      string // empty: none at all
}

func (p preview) self() identity { return identity{ID: p.id, Object: "invoice"} }

// MarshalJSON is the invoice without what it has not got.
func (p preview) MarshalJSON() ([]byte, error) {
	view := fields(p.invoice)
	delete(view, "id")
	if p.id != "" {
		view["id"] = p.id
	}
	return json.Marshal(view)
}

// How long before something the vendor tells of it. [official: events invoice.upcoming, "a few days prior"; unsure: how many days is
// the account's own setting; official: customer.subscription.trial_will_end, "three days"]
const (
	upcomingDays = 7
	trialDays    = 3
)

// foretell announces the next invoice, and the end of a trial, once each.
func (c *change) foretell(old *subscription) {
	s := *old
	if end := s.periodEnd(); end-upcomingDays*day <= c.at && s.foretold != end && !s.CancelAtPeriodEnd {
		s.foretold = end
		c.store(&s)
		c.tell("invoice.upcoming", c.upcoming(&s), nil)
	}
	if s.Status == "trialing" && s.TrialEnd != nil && *s.TrialEnd-trialDays*day <= c.at && !s.trialTold {
		s.trialTold = true
		c.store(&s)
		c.tell("customer.subscription.trial_will_end", &s, nil)
	}
}

func (c *change) upcoming(s *subscription) preview {
	owner, ok := find[*customer](c.a, "customer", s.Customer)
	if !ok {
		owner = &customer{identity: identity{ID: s.Customer}, TaxExempt: "none"}
	}
	x := c.newInvoice(owner, s.Currency, "upcoming")
	x.CollectionMethod = s.CollectionMethod
	x.Parent = &invoiceParent{Type: "subscription_details", SubscriptionDetails: &subscriptionDetails{Metadata: s.Metadata, Subscription: s.ID}}
	var lines []*lineItem
	for _, item := range s.items {
		lines = append(lines, c.lineOfSubscription(x, s, item))
	}
	out := preview{invoice: x.with(lines)}
	if c.s.Switches().UpcomingID {
		out.id = "upcoming_" + x.ID
	}
	return out
}
