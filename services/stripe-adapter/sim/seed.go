package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// seedSpan is how far back seeded objects reach.
const seedSpan = 300 * day

// Seed adds made-up customers, and payments of theirs that have succeeded, as if they had come over the past months. Seeding is no
// change: the ledger says nothing, and there are no events.
func (s *Stripe) Seed(customers, payments int) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.seed(customers, payments)
}

func (s *Stripe) seed(customers, payments int) {
	rng := rand.New(rand.NewPCG(s.cfg.Seed, uint64(s.serial))) //nolint:gosec // repeatable on purpose
	c := s.byTime(s.accounts[s.cfg.Account])
	end := c.at
	var made []*customer
	for n := range customers {
		c.at = end - seedSpan + int64(n)*seedSpan/int64(customers)
		made = append(made, c.seedCustomer(rng, n))
	}
	for n := range payments {
		c.at = end - seedSpan + int64(n)*seedSpan/int64(payments)
		c.seedPayment(rng, made)
	}
}

func (s *Stripe) seedEndpoint() {
	w := s.cfg.Webhook
	if w.URL == "" {
		return
	}
	c := s.byTime(s.accounts[s.cfg.Account])
	c.store(&endpoint{
		identity: c.mint("webhook_endpoint"), Created: c.at, Livemode: s.cfg.Live, APIVersion: maybe(w.Version), Status: "enabled",
		EnabledEvents: []string{"*"}, Metadata: map[string]string{}, URL: w.URL, secrets: []secret{{text: orText(w.Secret, c.newSecret())}},
	})
}

func (c *change) seedCustomer(rng *rand.Rand, n int) *customer {
	first, last := pick(rng, "Ada", "Amira", "Ben", "Chloe", "Dinesh", "Eve", "Farid", "Grace"), pick(rng, "Khan", "Lee", "Moore", "Novak", "Okafor", "Patel", "Quinn")
	x := &customer{
		identity: c.mint("customer"), Created: c.at, Livemode: c.s.cfg.Live, Metadata: map[string]string{}, NextInvoiceSequence: 1, PreferredLocales: []string{},
		TaxExempt: "none", Name: maybe(first + " " + last), Email: maybe(fmt.Sprintf("%s.%s%d@example.com", strings.ToLower(first), strings.ToLower(last), n)),
	}
	x.InvoicePrefix = strings.ToUpper(x.ID[4:12])
	c.store(x)
	return x
}

func (c *change) seedPayment(rng *rand.Rand, customers []*customer) {
	p := c.newIntent(500+rng.Int64N(50_000), pick(rng, "usd", "usd", "eur", "jpy", "nzd"))
	if len(customers) > 0 {
		p.Customer = &customers[rng.IntN(len(customers))].ID
	}
	method := &paymentMethod{identity: c.mint("payment_method"), Created: c.at, AllowRedisplay: "unspecified", Metadata: map[string]string{}, Type: "card", Livemode: p.Livemode}
	x := c.newCharge(p, method, "succeeded")
	c.settle(x)
	p.PaymentMethod, p.LatestCharge, p.Status, p.AmountReceived = &method.ID, &x.ID, "succeeded", p.Amount
	c.store(method)
	c.store(x)
	c.store(p)
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }
