package sim

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// seedSpan is how far back seeded customers reach.
const seedSpan = 300 * day

// Seed adds made-up customers, as if they had come over the past months. Seeding is no change: the ledger says nothing, and there
// are no events. It answers with how many were made.
func (s *Stripe) Seed(customers int) int {
	s.writing.Lock()
	defer s.writing.Unlock()
	return s.seed(customers)
}

func (s *Stripe) seed(customers int) int {
	rng := rand.New(rand.NewPCG(s.cfg.Seed, uint64(s.serial))) //nolint:gosec // repeatable on purpose
	c := s.byTime(s.accounts[s.cfg.Account])
	end := c.at
	for n := range customers {
		c.at = end - seedSpan + int64(n)*seedSpan/int64(customers)
		first, last := pick(rng, "Ada", "Amira", "Ben", "Chloe", "Dinesh", "Eve", "Farid", "Grace"), pick(rng, "Khan", "Lee", "Moore", "Novak", "Okafor", "Patel", "Quinn")
		x := &customer{
			identity: c.mint("customer"), Created: c.at, Livemode: s.cfg.Live, Metadata: map[string]string{}, NextInvoiceSequence: 1, PreferredLocales: []string{},
			TaxExempt: "none", Name: maybe(first + " " + last), Email: maybe(fmt.Sprintf("%s.%s%d@example.com", strings.ToLower(first), strings.ToLower(last), n)),
		}
		x.InvoicePrefix = strings.ToUpper(x.ID[4:12])
		c.store(x)
	}
	return max(customers, 0)
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }
