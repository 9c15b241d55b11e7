package demo

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"
)

func TestATicketIsHeldAgainstWhatTheVendorHas(t *testing.T) {
	has := truth{ID: 10001, Summary: "Printer offline", StatusID: 2, TypeID: 1, PriorityID: 3, ClientID: 4, SiteID: 40, UserID: 0, Team: "1st Line"}
	same := &psav1.Ticket{
		Name: "connections/acme/tickets/10001", Summary: "Printer offline", Status: "2", Type: "1", Priority: "3", Client: "4", Site: "40", Team: "1st Line",
	}
	for name, c := range map[string]struct {
		edit func(*psav1.Ticket)
		want string // in the only difference; empty: there is none
	}{
		"the same":             {func(*psav1.Ticket) {}, ""},
		"another summary":      {func(t *psav1.Ticket) { t.Summary = "Printer on fire" }, "summary"},
		"another ticket":       {func(t *psav1.Ticket) { t.Name = "connections/acme/tickets/10002" }, "id"},
		"a user who is nobody": {func(t *psav1.Ticket) { t.User = "0" }, "user"},
		"its details are gone": {func(t *psav1.Ticket) { t.Details = "x" }, "details"},
	} {
		t.Run(name, func(t *testing.T) {
			ticket := proto.CloneOf(same)
			c.edit(ticket)
			got := differences(ticket, has)
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("got %q, want one about %q", got, c.want)
			}
		})
	}
}

func TestAFilterIsHeldAgainstWhatItLists(t *testing.T) {
	now := time.Now()
	ticket := &psav1.Ticket{
		Name: "connections/acme/tickets/10001", State: psav1.Ticket_STATE_NEW, Status: "1", Client: "4", Agent: "5", UpdateTime: timestamppb.New(now),
	}
	for name, c := range map[string]struct {
		filter *psav1.TicketFilter
		want   bool
	}{
		"no filter":              {&psav1.TicketFilter{}, true},
		"its client":             {&psav1.TicketFilter{Client: "4"}, true},
		"another client":         {&psav1.TicketFilter{Client: "5"}, false},
		"its agent and status":   {&psav1.TicketFilter{Agent: "5", Statuses: []string{"9", "1"}}, true},
		"its agent, not status":  {&psav1.TicketFilter{Agent: "5", Statuses: []string{"9"}}, false},
		"its state":              {&psav1.TicketFilter{States: []psav1.Ticket_State{psav1.Ticket_STATE_NEW}}, true},
		"another state":          {&psav1.TicketFilter{States: []psav1.Ticket_State{psav1.Ticket_STATE_CLOSED}}, false},
		"changed at that moment": {&psav1.TicketFilter{UpdatedSince: timestamppb.New(now)}, true},
		"changed before":         {&psav1.TicketFilter{UpdatedSince: timestamppb.New(now.Add(time.Second))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := matches(c.filter, ticket); got != c.want {
				t.Errorf("matches: %v, want %v", got, c.want)
			}
		})
	}
	if len(strays(&psav1.TicketFilter{}, nil)) != 1 {
		t.Error("an empty list is taken for an answer")
	}
}
