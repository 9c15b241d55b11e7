package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	adapterv1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/adapter/v1"
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// long is a text of about n bytes that is like no other.
func long(what string, n int) string {
	return what + strings.Repeat(" and so on, \"quoted\" <b>&</b> größer;", n/40) + " end of " + what
}

// Descriptions of a megabyte are mirrored whole, whichever way they come, and be they more together than is read of one answer: the
// list is then asked for in smaller pages.
func TestDescriptionsOfAMegabyteAreMirroredWhole(t *testing.T) {
	t.Parallel()
	for way, settings := range map[string]with{
		"by a sweep":   {"halo.delivery_log": "off"},
		"by a webhook": {"halo.delivery_log": "off", "halo.sweep.tickets": "1h", "halo.sweep.notes": "1h"},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			v := simulate(t, "acme", sim.Config{Tickets: 36})
			tickets := 36
			if way == "by a webhook" {
				tickets = 2
				v.switched(func(s *sim.Switches) { s.WebhookPayload = "event" }) // a full one is refused as too large, and left to sweeps
			}
			c := alone(t, settings, v)
			c.Filled()
			for n := 1; n <= tickets; n++ {
				c.edit(10000+n, "details", long(fmt.Sprintf("description %d", n), 1<<20))
			}
			c.at.remark(10001, long("note", 1<<20))
			c.Agrees()
			if got, want := c.ticket(c.called(10002)).GetDetails(), long("description 2", 1<<20); got != want {
				t.Errorf("%d bytes, want %d", len(got), len(want))
			}
		})
	}
}

// What no answer of ours could hold is kept for a person, with the field that is too much, and nothing else waits for it.
func TestADescriptionBeyondTheBoundIsKeptForAPerson(t *testing.T) {
	t.Parallel()
	c := alone(t, with{"halo.delivery_log": "off"}, simulate(t, "acme", sim.Config{Tickets: 12}))
	c.Filled()
	c.Silence()
	was := c.ticket(c.called(10001)).GetDetails()
	c.edit(10001, "details", long("description", 3<<20))
	c.edit(10002, "summary", "changed by a person")
	adaptertest.Until(t, "a person is told, and the others go on", func() string {
		page, err := adapterv1.NewDeadLetterServiceClient(c.Via.Conn).ListDeadLetters(context.Background(), &adapterv1.ListDeadLettersRequest{Parent: c.Parent()})
		for _, l := range adaptertest.Asked(c, page, err).GetDeadLetters() {
			if l.GetField() == "details" && l.GetVendorId() == "10001" && c.ticket(c.called(10002)).GetSummary() == "changed by a person" {
				return ""
			}
		}
		return page.String()
	})
	if got := c.ticket(c.called(10001)); got.GetDetails() != was {
		t.Errorf("shown are %d bytes", len(got.GetDetails()))
	}
	c.edit(10001, "details", "shorter")
	adaptertest.Until(t, "what is short again is shown", func() string {
		return adaptertest.Missing(c.ticket(c.called(10001)).GetDetails(), "shorter")
	})
	page, err := c.tickets.ListTickets(context.Background(), &psav1.ListTicketsRequest{Parent: c.Parent()})
	if n := len(adaptertest.Asked(c, page, err).GetTickets()); n != 12 {
		t.Errorf("%d are listed", n)
	}
}
