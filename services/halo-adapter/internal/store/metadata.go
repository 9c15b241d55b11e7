package store

import (
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"
)

// Metadata is the mirror of what the tenant's people have set up.
func Metadata(c Config) []*mirror.Table {
	return []*mirror.Table{
		lookup[*psav1.Agent](c, "agent", "agents").Bind(),
		lookup[*psav1.Status](c, "status", "statuses").Bind(),
		lookup[*psav1.TicketType](c, "ticket_type", "ticketTypes").Bind(),
		lookup[*psav1.Priority](c, "priority", "priorities").Bind(),
		lookup[*psav1.Team](c, "team", "teams").Bind(),
	}
}
