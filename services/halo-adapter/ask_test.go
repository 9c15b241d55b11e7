package main

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/sim"
)

// What Halo asks people about first, it refuses to programs: in words that name what is missing, which the refusal passes on.
func TestAMandatoryFieldThatIsMissingIsNamedByTheRefusal(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Seed: 1}).switched(func(s *sim.Switches) { s.MandatoryField = "team" })
	r := start(t, nil, v)
	made, err := r.tickets.CreateTicket(t.Context(), &psav1.CreateTicketRequest{
		Parent: "connections/acme", Ticket: &psav1.Ticket{Summary: "without a team"}, RequestId: uuid.NewString(),
	})
	if err != nil {
		t.Fatal(err)
	}
	adaptertest.Until(t, "it is refused", func() string {
		got, err := r.tickets.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: made.GetName()})
		if why := got.GetMirror().GetRefusal(); err != nil || why.GetReason() != "REFUSED" || !strings.Contains(why.GetMessage(), "team") {
			return got.String()
		}
		return ""
	})
}

func TestATicketWithOpenAppointmentsIsClosedWhereTheTenantWantsThat(t *testing.T) {
	for way, over := range map[string]bool{"refused": false, "closed": true} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			v := simulate(t, "acme", sim.Config{Seed: 1}).switched(func(s *sim.Switches) { s.OpenAppointments = true }).like(with{"close_over_appointments": over})
			r := start(t, nil, v)
			name := "connections/acme/tickets/" + id(int32(v.edit(0, "summary", "VPN drops"))) //nolint:gosec // a small id
			adaptertest.Until(t, "it is mirrored", func() string {
				if _, err := r.tickets.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: name}); err != nil {
					return err.Error()
				}
				return ""
			})
			if _, err := r.tickets.CloseTicket(t.Context(), &psav1.CloseTicketRequest{Name: name, RequestId: uuid.NewString()}); err != nil {
				t.Fatal(err)
			}
			adaptertest.Until(t, "it is "+way, func() string {
				got, err := r.tickets.GetTicket(t.Context(), &psav1.GetTicketRequest{Name: name})
				m := got.GetMirror()
				refused := strings.Contains(m.GetRefusal().GetMessage(), "appointments")
				if err != nil || len(m.GetPendingWrites()) > 0 || refused == over || (got.GetState() == psav1.Ticket_STATE_CLOSED) != over {
					return got.String()
				}
				return ""
			})
		})
	}
}

// A create that Halo made otherwise than it was asked for is there, and says so.
func TestATicketWhosePriorityWasReplacedIsThereAndSaysSo(t *testing.T) {
	t.Parallel()
	v := simulate(t, "acme", sim.Config{Seed: 1}).switched(func(s *sim.Switches) { s.UnknownPriority, s.Warning = "replaced", "Priority was reset." })
	acme := alone(t, nil, v)
	got := acme.refused(acme.create(&psav1.Ticket{Summary: "urgent", Priority: "77"}).GetName())
	if why := got.GetMirror().GetRefusal(); why.GetReason() != "REFUSED" || !strings.Contains(why.GetMessage(), "priority is 4, not 77") || !strings.Contains(why.GetMessage(), "Priority was reset.") {
		t.Errorf("refusal: %v", why)
	}
	acme.Agrees() // it is listed, as Halo has it
	if got = acme.ticket(got.GetName()); got.GetName() != acme.called(10001) || len(acme.Ours("ticket", "create")) != 1 || got.GetMirror().GetRefusal() == nil {
		t.Errorf("%v", got)
	}
}

func TestAUserWithoutASiteIsNamedByTheRefusal(t *testing.T) {
	t.Parallel()
	acme := alone(t, nil, simulate(t, "acme", sim.Config{Seed: 1}))
	got := acme.refused(acme.create(&psav1.Ticket{Summary: "of a person", User: "100"}).GetName())
	if why := got.GetMirror().GetRefusal(); !strings.Contains(why.GetMessage(), "site") {
		t.Errorf("refusal: %v", why)
	}
}

// Some tenants have a client that stands for none in particular: in the contract it is none.
func TestATicketOfNoClientInParticularHasNone(t *testing.T) {
	for way, row := range map[string]struct {
		own    with
		client string
		source int32
	}{"as the tenant is configured": {with{"unknown_client": 1, "source": 4}, "", 4}, "as Halo has it": {nil, "1", 0}} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			acme := alone(t, nil, simulate(t, "acme", sim.Config{Seed: 1}).like(row.own))
			made := acme.create(&psav1.Ticket{Summary: "who is it?"})
			acme.confirmed(made.GetName())
			if got := acme.ticket(made.GetName()); got.GetClient() != row.client {
				t.Errorf("its client is %q, want %q", got.GetClient(), row.client)
			}
			if is, _ := acme.at.halo.Truth(10001); is.Ticket.ClientID != 1 || is.Ticket.Source != row.source {
				t.Errorf("at the vendor: client %d, source %d", is.Ticket.ClientID, is.Ticket.Source)
			}
		})
	}
}
