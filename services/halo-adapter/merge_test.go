package main

import (
	"fmt"
	"slices"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// What a merge moved is listed once, on the ticket that lives on, and still found by the name that it had.
func TestTheNotesOfAMergedTicketAreListedOnce(t *testing.T) {
	for _, way := range []string{"body", "notfound", "survivor"} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			v := simulate(t, "acme", sim.Config{Seed: 1}).switched(func(s *sim.Switches) { s.MergedGet = way })
			r := start(t, nil, v)
			old, survivor := v.edit(0, "summary", "VPN drops"), v.edit(0, "summary", "VPN drops, too")
			v.remark(old, "called, no answer")
			v.remark(survivor, "restarted")
			v.remark(old, "called again")
			name := func(id int) string { return fmt.Sprintf("connections/acme/tickets/%d", id) }
			listed := func(id int) []string {
				l, err := r.tickets.ListNotes(t.Context(), &psav1.ListNotesRequest{Parent: name(id)})
				if err != nil {
					return []string{err.Error()}
				}
				var all []string
				for _, n := range l.GetNotes() {
					all = append(all, n.GetText())
				}
				slices.Sort(all)
				return all
			}
			is := func(id int, want ...string) {
				t.Helper()
				adaptertest.Until(t, fmt.Sprintf("ticket %d has its notes", id), func() string {
					if got := listed(id); !slices.Equal(got, want) {
						return fmt.Sprintf("%q", got)
					}
					return ""
				})
			}
			is(old, "called again", "called, no answer")
			is(survivor, "restarted")
			if err := v.halo.Merge("ticket", old, survivor); err != nil {
				t.Fatal(err)
			}
			is(survivor, "called again", "called, no answer", "restarted")
			is(old, "called again", "called, no answer", "restarted")
			n, err := r.tickets.GetNote(t.Context(), &psav1.GetNoteRequest{Name: name(old) + "/notes/1"})
			if err != nil || n.GetText() != "called, no answer" {
				t.Errorf("by its old name: %v, %v", n, err)
			}
		})
	}
}

// A ticket that is deleted right after it was merged answers with its survivor nowhere any more, and what lives on may be known to have
// changed already: then only the actions that were copied tell of it, in a listing of all of them, because their times are old.
func TestATicketThatIsMergedAndDeletedAtOnceLeadsToTheOneThatLivesOn(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Tickets: 1})
	old, survivor := v.edit(0, "summary", "VPN drops"), v.edit(0, "summary", "VPN drops, too")
	v.remark(old, "called, no answer")
	c := alone(t, with{"halo.sweep.tickets": "1h", "halo.sweep.notes": "200ms"}, v)
	c.Filled()
	c.Agrees()
	v.Silence()
	adaptertest.Asked(c, 0, v.halo.Merge("ticket", old, survivor))
	adaptertest.Asked(c, 0, v.halo.Delete(old, ""))
	adaptertest.Until(t, "the old name leads to the one that lives on", func() string {
		is := c.ticket(c.called(old))
		if is.GetMirror().GetDeleteTime() != nil {
			return "it is deleted"
		}
		return adaptertest.Missing(c.called(survivor), is.GetName())
	})
	c.Agrees()
}
