package main

import (
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"

	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/adaptertest"
)

// lookups are the kinds that the tenant's people have set up. Nobody deletes any of them.
func (h *account) lookups(all map[string]adaptertest.Hand) {
	for _, l := range []struct {
		kind, collection string
		expected         func(view) proto.Message
	}{
		{"agent", "agents", expectedAgent},
		{"status", "statuses", expectedStatus},
		{"ticket_type", "ticketTypes", expectedTicketType},
		{"priority", "priorities", expectedPriority},
		{"team", "teams", expectedTeam},
	} {
		all[l.kind] = adaptertest.Hand{
			Make: func(_, text string) (string, error) {
				id := any(1000 + len(h.LookupTruth(l.kind)))
				if l.kind == "priority" {
					id = fmt.Sprintf("9f2c1a7e-0000-4000-8000-%012d", id)
				}
				return fmt.Sprintf("%s/%v", l.collection, id), h.EditLookup(l.kind, map[string]any{"id": id, "name": text})
			},
			Edit: func(entity, text string) error {
				id := any(entity[strings.LastIndexByte(entity, '/')+1:])
				if l.kind != "priority" {
					id = numbered(entity)
				}
				return h.EditLookup(l.kind, map[string]any{"id": id, "name": text})
			},
			Truth: func() map[string]proto.Message {
				living := map[string]proto.Message{}
				for _, fields := range h.LookupTruth(l.kind) {
					v := view(fields)
					id := v.text("id")
					if id == "" {
						id = v.number("id")
					}
					if l.kind != "agent" || id != "1" { // which stands for nobody
						living[l.collection+"/"+id] = l.expected(v)
					}
				}
				return living
			},
		}
	}
}

func (v view) sequence() int32 {
	var n int32
	_, _ = fmt.Sscan(v.number("sequence"), &n)
	return n
}

func expectedAgent(v view) proto.Message {
	return &psav1.Agent{
		DisplayName: v.text("name"), FirstName: v.text("firstname"), LastName: v.text("surname"), Email: v.text("email"),
		Inactive: v.flag("isdisabled"), Program: v.flag("isapiagent"), Team: v.text("team"),
	}
}

func expectedStatus(v view) proto.Message {
	states := map[string]psav1.Ticket_State{"1": psav1.Ticket_STATE_NEW, "2": psav1.Ticket_STATE_IN_PROGRESS, "9": psav1.Ticket_STATE_CLOSED}
	return &psav1.Status{DisplayName: v.text("name"), Sequence: v.sequence(), State: states[v.number("id")]}
}

func expectedTicketType(v view) proto.Message {
	return &psav1.TicketType{DisplayName: v.text("name"), Sequence: v.sequence(), DefaultPriority: v.id("default_priority")}
}

func expectedPriority(v view) proto.Message {
	return &psav1.Priority{DisplayName: v.text("name"), Value: v.id("priorityid"), Sla: v.id("slaid"), Inactive: v.flag("ishidden")}
}

func expectedTeam(v view) proto.Message {
	return &psav1.Team{DisplayName: v.text("name"), Sequence: v.sequence(), Inactive: v.flag("inactive")}
}
