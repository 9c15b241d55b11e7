package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// The template of a ticket type would win over what callers ask for.
func TestATemplateDoesNotFireOnOurTickets(t *testing.T) {
	t.Parallel()
	c := alone(t, nil, simulate(t, "acme", sim.Config{Seed: 1}).switched(func(s *sim.Switches) { s.Template = true }))
	made := c.create(&psav1.Ticket{Summary: "as asked", Priority: "1", Team: "1st Line"})
	is := c.confirmed(made.GetName())
	if is.GetPriority() != "1" || is.GetTeam() != "1st Line" {
		t.Errorf("%v", is)
	}
}

// Halo shows "Manual" unless it is told where a ticket comes from.
func TestANewTicketShowsTheOriginThatIsConfigured(t *testing.T) {
	t.Parallel()
	c := alone(t, nil, simulate(t, "acme", sim.Config{Seed: 1}).like(with{"source": 5}))
	is := c.confirmed(c.create(&psav1.Ticket{Summary: "from a portal"}).GetName())
	if got, _ := c.at.halo.Truth(number(is.GetName()[strings.Index(is.GetName(), "tickets/"):])); got.Ticket.Source != 5 {
		t.Errorf("source %d", got.Ticket.Source)
	}
}

// Its own words name the outcome; the note is not written under another one.
func TestANoteByAnOutcomeThatOurAgentMayNotUseIsRefusedWithItsName(t *testing.T) {
	t.Parallel()
	c := alone(t, nil, simulate(t, "acme", sim.Config{Tickets: 1}).switched(func(s *sim.Switches) { s.ForbiddenOutcome = 7 }))
	c.Filled()
	n := c.note(c.called(10001), "not to be lost")
	adaptertest.Until(t, "it is refused", func() string {
		x, err := c.tickets.GetNote(t.Context(), &psav1.GetNoteRequest{Name: n.GetName()})
		if r := x.GetMirror().GetRefusal(); err != nil || r.GetReason() != "REFUSED" || !strings.Contains(r.GetMessage(), "access to the action Internal Note") {
			return x.String()
		}
		return ""
	})
}

func TestAnOpportunityIsMirroredAsATicket(t *testing.T) {
	t.Parallel()
	c := alone(t, nil, simulate(t, "acme", sim.Config{Seed: 1}))
	c.Filled()
	name := c.called(c.edit(c.edit(0, "summary", "They may want a firewall"), "tickettype_id", 10))
	adaptertest.Until(t, "it is mirrored", func() string {
		x, err := c.tickets.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: name})
		if err != nil {
			return err.Error()
		}
		return adaptertest.Missing(x.GetType(), "10")
	})
}

// A priority's own id is a text, and tickets hold another of its numbers.
func TestATicketHoldsAPrioritysValueAndNotItsID(t *testing.T) {
	t.Parallel()
	c := alone(t, nil, simulate(t, "acme", sim.Config{Tickets: 1}))
	c.Filled()
	held := c.ticket(c.called(10001)).GetPriority()
	page, err := psav1.NewMetadataServiceClient(c.Via.Conn).ListPriorities(t.Context(), &psav1.ListPrioritiesRequest{Parent: c.Parent()})
	for _, p := range adaptertest.Asked(c, page, err).GetPriorities() {
		if p.GetValue() == held && !strings.HasSuffix(p.GetName(), "/"+held) {
			return
		}
	}
	t.Errorf("ticket of priority %s; there are %v", held, page)
}

// What the table of Halo's ways names exists: a switch of the simulator's, and tests.
func TestEveryQuirkHasItsSwitchAndItsTests(t *testing.T) {
	table, err := os.ReadFile("sim/QUIRKS.md")
	if err != nil {
		t.Fatal(err)
	}
	tests, switches := map[string]bool{}, map[string]bool{}
	read := func(pattern string, in string, into map[string]bool) {
		files, err := filepath.Glob(in)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f) //nolint:gosec // our own sources
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(b, -1) {
				into[string(m[1])] = true
			}
		}
	}
	for _, in := range []string{"*_test.go", "sim/*_test.go", "internal/*/*_test.go"} {
		read(`(?m)^func (Test\w+)\(t \*testing\.T\)`, in, tests)
	}
	read("json:\"(\\w+)\"`", "sim/switches.go", switches)
	named, rows := map[string]bool{}, 0
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.HasPrefix(line, "|---") || strings.Contains(line, "| test") {
			continue
		}
		rows++
		for _, m := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(cells[3], -1) {
			if named[m[1]] = true; !switches[m[1]] {
				t.Errorf("%s: no switch is called %s", strings.TrimSpace(cells[1]), m[1])
			}
		}
		proven := regexp.MustCompile(`Test\w+`).FindAllString(cells[4], -1)
		if len(proven) == 0 || slices.ContainsFunc(proven, func(name string) bool { return !tests[name] }) {
			t.Errorf("%s: not all of %v is there", strings.TrimSpace(cells[1]), proven)
		}
	}
	for s := range switches {
		if !named[s] {
			t.Errorf("switch %s stands for nothing in the table", s)
		}
	}
	if rows < 50 {
		t.Errorf("%d rows", rows)
	}
}
