package judge

import "github.com/breakwater-acl/breakwater/deploy/chaos/history"

// balanced holds what the vendor took and gave back against what callers were told: at most one charge of a payment went through,
// and what went back is the sum of what is done, of what people gave back, and of what was made though its outcome is unknown.
func (c *court) balanced() {
	due := map[string]int64{}
	for _, w := range c.accepted {
		j := c.jobs[w.Request]
		if w.Back != 0 && j != nil && (j.State == history.Done || len(c.made[w]) > 0) {
			due[c.Vendor[w.Refers]] += w.Back
		}
	}
	for _, d := range c.deeds {
		if d.ByHand() {
			due[d.About] += d.Back
		}
	}
	for _, p := range c.Purses {
		switch want := due[p.Payment]; {
		case p.Charges > 1:
			c.find("duplicate_upstream_writes", "payment %s was charged %d times", p.Payment, p.Charges)
		case p.Back > want:
			c.find("duplicate_upstream_writes", "of payment %s the vendor gave back %d, and %d were asked for", p.Payment, p.Back, want)
		case p.Back < want:
			c.find("jobs_lost", "of payment %s the vendor gave back %d, and %d were said to be", p.Payment, p.Back, want)
		}
	}
}
