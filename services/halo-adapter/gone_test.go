package main

import (
	"context"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// Halo tells of a ticket that was removed for good, and of a note that somebody deleted, by no filter and no webhook: it only lists them
// no more.
func TestWhatIsGoneWithoutAWordIsFoundGone(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 3})
	v.remark(10001, "stays")
	v.remark(10001, "goes")
	c := alone(t, with{"halo.sweep.tickets": "200ms", "halo.sweep.notes": "200ms"}, v)
	c.Filled()
	c.Agrees()
	last := c.at.halo.living()[0].Actions
	adaptertest.Asked(c, 0, c.at.halo.Erase(10001, last[len(last)-1].ID))
	adaptertest.Asked(c, 0, c.at.halo.Purge(10003))
	adaptertest.Until(t, "the ticket is deleted", func() string {
		if c.ticket(c.called(10003)).GetMirror().GetDeleteTime() == nil {
			return "it is still there"
		}
		return ""
	})
	adaptertest.Until(t, "the note is deleted, and the other is not", func() string {
		page, err := c.tickets.ListNotes(context.Background(), &psav1.ListNotesRequest{Parent: c.called(10001)})
		if adaptertest.Asked(c, page, err); page.GetNotes()[0].GetText() == "goes" {
			return "it is still there"
		}
		return adaptertest.Missing("stays", page.GetNotes()[0].GetText())
	})
	c.Agrees()
}

// Where the window is ignored that actions are asked for in, the notes of each ticket that changes are listed.
func TestNotesAreSweptByTicketWhereTheirWindowIsIgnored(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 6, Seed: 2}).switched(func(s *sim.Switches) { s.ActionDates = "ignored" })
	k := prepare(t, nil, v)
	v.Silence()
	c := k.start("a", "").of(v)
	c.Filled()
	c.Agrees()
	v.remark(10002, "noted by a person")
	v.remark(10003, "noted and taken back")
	c.Agrees()
	actions := v.halo.living()[2].Actions
	adaptertest.Asked(c, 0, v.halo.Erase(10003, actions[len(actions)-1].ID))
	c.note(c.called(10004), "ours")
	c.Agrees()
}
