package main

import (
	"testing"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
	"github.com/breakwater-acl/breakwater/pkg/vendorsim"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// A webhook call that was dropped stands in Halo's own log of them, where that is shown to us.
func TestADroppedCallIsFoundInTheVendorsLog(t *testing.T) {
	for way, move := range map[string]func(*sim.Switches){
		"in an object": func(*sim.Switches) {},
		"in an array":  func(s *sim.Switches) { s.WebhookEventShape = "array" },
		"event only":   func(s *sim.Switches) { s.WebhookPayload = "event" },
		"batched":      func(s *sim.Switches) { s.WebhookBatched = true },
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			v := simulate(t, "acme", sim.Config{Tickets: 3}).switched(move)
			c := alone(t, with{
				"halo.sweep.tickets": "1h", "halo.sweep.notes": "1h", "halo.sweep.attachments": "1h", "halo.sweep.deliveries": "300ms", "halo.announce_within": "300ms",
				"halo.delivery_log": "auto",
			}, v)
			c.Filled()
			c.edit(10001, "summary", "announced")
			c.Agrees()
			c.Misbehaves(vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 1}})
			c.edit(10002, "summary", "not announced")
			c.edit(0, "summary", "not announced either")
			c.Agrees()
			looks := c.Requests()["GET /api/tickets/{id} 200"]
			adaptertest.Until(t, "the log is read some more", func() string {
				if c.Requests()["GET /api/webhookevent 200"] < 10 {
					return "not yet"
				}
				return ""
			})
			if n := c.Requests()["GET /api/tickets/{id} 200"] - looks; n > 0 {
				t.Errorf("%d more looks at what was told before", n)
			}
		})
	}
}

// Where the log keeps no bodies, or is not for us to see, the sweeps find what was dropped.
func TestWithoutALogTheSweepsFindWhatWasDropped(t *testing.T) {
	for way, own := range map[string]with{
		"lightweight": {},
		"not for us":  {"scope": "read:tickets edit:tickets read:customers read:quotes read:invoices"},
		"off":         {},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			v := simulate(t, "acme", sim.Config{Tickets: 3}).switched(func(s *sim.Switches) { s.WebhookLightweight = way == "lightweight" }).like(own)
			log := "auto"
			if way == "off" {
				log = "off"
			}
			c := alone(t, with{"halo.sweep.deliveries": "200ms", "halo.announce_within": "200ms", "halo.delivery_log": log}, v)
			adaptertest.Until(t, "tickets are swept", func() string {
				if _, err := c.tickets.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: c.called(10001)}); err != nil {
					return err.Error()
				}
				return ""
			})
			c.Misbehaves(vendorsim.Plan{Webhooks: vendorsim.WebhookFaults{Drop: 1}})
			c.edit(10002, "summary", "not announced")
			adaptertest.Until(t, "it is found", func() string {
				return adaptertest.Missing("not announced", c.ticket(c.called(10002)).GetSummary())
			})
			if n := c.Requests()["GET /api/webhookevent 200"]; way == "off" && n > 0 {
				t.Errorf("%d reads of a log that is off", n)
			}
		})
	}
}
