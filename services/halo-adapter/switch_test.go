package main

import (
	"strings"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Each switch stands for something that differs between versions of Halo or that nobody outside knows: the same day must
// end the same whichever way it is.
func TestADayEndsTheSameWhicheverWayTheVendorBehaves(t *testing.T) {
	t.Parallel()
	var tenants []*simulator
	for name, move := range map[string]func(*sim.Switches){
		"as-documented":              func(*sim.Switches) {},
		"since-exclusive":            func(s *sim.Switches) { s.SinceFilter = "exclusive" },
		"since-ignored":              func(s *sim.Switches) { s.SinceFilter = "ignored" },
		"since-ignored-deleted-body": func(s *sim.Switches) { s.SinceFilter, s.DeletedGet = "ignored", "body" },
		"mark-filter-ignored":        func(s *sim.Switches) { s.ThirdPartyFilter = "ignored" },
		"deleted-lists-also":         func(s *sim.Switches) { s.DeletedLists = "also" },
		"deleted-get-body":           func(s *sim.Switches) { s.DeletedGet = "body" },
		"deleted-also-and-body":      func(s *sim.Switches) { s.DeletedLists, s.DeletedGet = "also", "body" },
		"post-answers-array":         func(s *sim.Switches) { s.PostAnswer = "array" },
		"post-answers-200":           func(s *sim.Switches) { s.PostStatus = 200 },
		"post-spells-plainly":        func(s *sim.Switches) { s.PostSpelling = "plain" },
		"null-collections":           func(s *sim.Switches) { s.NullCollections = true },
		"comments-kept":              func(s *sim.Switches) { s.StripComments = false },
		"nocache-is-stale":           func(s *sim.Switches) { s.NocacheIsFresh = false },
		"priority-replaced":          func(s *sim.Switches) { s.UnknownPriority = "replaced" },
		"guid-stored":                func(s *sim.Switches) { s.ClientGUID = "stored" },
		"order-ignored":              func(s *sim.Switches) { s.ListOrder = "ignored" },
		"empty-errors":               func(s *sim.Switches) { s.ErrorShape = "empty" },
	} {
		tickets := 10
		if strings.HasPrefix(name, "since-") || name == "order-ignored" {
			tickets = 110 // more than a page
		}
		tenants = append(tenants, simulate(t, name, sim.Config{Tickets: tickets, Seed: 3}).switched(move))
	}
	k := prepare(t, with{"pools.work": 12, "halo.sweep.tickets": "500ms", "halo.sweep.notes": "500ms"}, tenants...)
	for _, v := range tenants {
		v.Silence()
	}
	r := k.start("a", "")
	for _, v := range tenants {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			r.of(v).in(t).day()
		})
	}
}

// day is what callers and people do while no webhook tells of it and answers get lost.
func (c tenant) day() {
	c.Helper()
	c.Filled()
	made := c.create(&psav1.Ticket{Summary: "Printer offline", Client: "12", Priority: "2"})
	c.note(made.GetName(), "Paper & toner are <fine>.")
	c.summarize(made.GetName(), "Printer on fire")
	c.confirmed(made.GetName())
	c.noted(made.GetName())

	c.Misbehaves(vendorsim.Plan{LoseAnswers: 1, Routes: []string{"/api/tickets"}})
	lost := c.create(&psav1.Ticket{Summary: "Its answer gets lost"})
	c.confirmed(lost.GetName())
	c.Misbehaves(vendorsim.Plan{LoseAnswers: 1, Routes: []string{"/api/actions"}})
	c.note(lost.GetName(), "Its answer gets lost too.")
	c.noted(lost.GetName())
	if left := c.Plan().LoseAnswers; left > 0 {
		c.Error("no answer was lost")
	}

	c.edit(10003, "summary", "edited by a person")
	c.at.remark(10004, "noted by a person")
	c.at.remove(10005)
	c.edit(0, "summary", "logged by a person")
	gone := c.delete(c.called(10006))
	c.confirmed(gone.GetName())
	c.Agrees()
	c.once(made, lost)
	if n := len(c.Ours("action", "create")); n != 2 {
		c.Errorf("%d notes were written, want 2", n)
	}
	if s := c.Status(); s.GetDeadLetters() > 0 {
		c.Errorf("at the end of the day: %v", s)
	}
}
