package adaptertest

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"
)

// heard is a pace at which nothing but deliveries tells of a change.
func heard() Pace {
	return Pace{Sweep: time.Hour, SecondLook: 200 * time.Millisecond, Settling: 100 * time.Millisecond, AnnounceWithin: 5 * time.Second}
}

// deliveries are doubled, late and reordered, with our own writes among them: the mirror ends as the vendor is. No sweep
// helps.
func deliveries(t *testing.T, h *house) {
	ways := map[string]vendorsim.WebhookFaults{
		"in-order": {}, "doubled": {Duplicate: 1}, "late": {DelayMS: 500}, "reordered": {Reorder: 0.5},
		"all-of-it": {Duplicate: 0.3, Reorder: 0.3, DelayMS: 200},
	}
	vendors, all := map[string]*Simulator{}, []*Simulator(nil)
	for way := range ways {
		vendors[way] = Simulate(t, way, h.Simulate(len(h.Operations)+8, 7))
		all = append(all, vendors[way])
	}
	if all[0].vendor.Hook == nil {
		t.Skip("this vendor sends no deliveries")
	}
	r := Prepare(t, h.Spec, h.Pace(heard()), all...).Start("a", "")
	for way, faults := range ways {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			c := r.Of(vendors[way], h.announced()).In(t)
			c.Filled()
			c.Misbehaves(vendorsim.Plan{Webhooks: faults})
			c.told(h.Operations)
			if s := c.Sent(); faults.Duplicate > 0 && s.Duplicated == 0 || faults.Reorder > 0 && s.Reordered == 0 {
				t.Errorf("deliveries were not %s: %+v", way, s)
			}
		})
	}
}

// announced are the kinds that deliveries tell of.
func (h *house) announced() []Kind {
	return slices.DeleteFunc(slices.Clone(h.Kinds), func(k Kind) bool { return k.Silent })
}

// told is what the vendor tells of: changes by people, several of one entity, and our own writes.
func (c Connection) told(ops []Operation) {
	c.Helper()
	for round := range 4 {
		c.meddle(round, true)
	}
	var writes []written
	for i, target := range c.targets(ops) {
		writes = append(writes, c.write(ops[i], target, ops[i].Request(target, "ours, and told")))
	}
	c.allEnded(writes)
	c.Agrees()
}

// drops loses deliveries: sweeps find what they would have told, and count it as missed.
func drops(t *testing.T, h *house) {
	c := h.at(t, dropping)
	if c.vendor.Hook == nil {
		t.Skip("this vendor sends no deliveries")
	}
	c.Swept()
	hand := c.vendor.Hands[h.Kinds[0].Name]
	all := slices.Sorted(maps.Keys(hand.Truth()))
	lost, first := vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 1}}, c.Status().GetMissedDeliveries()
	c.Misbehaves(lost)
	for n := range 3 {
		must(c, hand.Edit(all[n], "nobody hears of it"))
	}
	c.Agrees()
	missed := func(n int64) func() string {
		return func() string { return Missing(first+n, c.Status().GetMissedDeliveries()) }
	}
	Until(c, "they count as missed", missed(3))
	c.Misbehaves(vendorsim.Plan{})
	must(c, hand.Edit(all[3], "announced"))
	c.Agrees()
	c.Misbehaves(lost)
	must(c, hand.Edit(all[4], "nobody hears of this either"))
	Until(c, "one more counts as missed, and what was announced does not", missed(4))
	c.Agrees()
	if d := missed(4)(); d != "" {
		t.Error("in the end: ", d)
	}
}
