package translate

import (
	psav1 "github.com/breakwater-acl/breakwater/proto/gen/breakwater/psa/v1"

	"github.com/breakwater-acl/breakwater/pkg/mirror"

	"github.com/breakwater-acl/breakwater/services/halo-adapter/internal/halo"
)

// Agent is what a tells of its agent.
func (w Words) Agent(a halo.Agent) (mirror.Observation, error) {
	return told{
		ref: EntityRef("agent", a.ID), row: a.Row, required: []string{"name"},
		fields: map[string]string{
			"display_name": "name", "first_name": "firstname", "last_name": "surname", "email": "email", "inactive": "isdisabled",
			"program": "isapiagent", "team": "team",
		},
		state: &psav1.Agent{
			DisplayName: a.Name, FirstName: a.FirstName, LastName: a.Surname, Email: a.Email, Inactive: a.Disabled, Program: a.Program, Team: a.Team,
		},
	}.observed()
}

// Status is what s tells of its status. What it means in our words is configured.
func (w Words) Status(s halo.Status) (mirror.Observation, error) {
	o, err := told{
		ref: EntityRef("status", s.ID), row: s.Row, required: []string{"name"},
		fields: map[string]string{"display_name": "name", "sequence": "sequence", "state": "id"},
		state:  &psav1.Status{DisplayName: s.Name, Sequence: s.Sequence, State: w.States[s.ID]},
	}.observed()
	return o, err
}

// TicketType is what t tells of its sort of work. One that nothing new can be made of is out of use [unsure: what cancreate says, of
// our agent or of everybody, is inferred from its name].
func (w Words) TicketType(t halo.TicketType) (mirror.Observation, error) {
	return told{
		ref: EntityRef("ticket_type", t.ID), row: t.Row, required: []string{"name"},
		fields: map[string]string{
			"display_name": "name", "sequence": "sequence", "default_priority": "default_priority", "default_team": "default_team", "inactive": "cancreate",
		},
		state: &psav1.TicketType{
			DisplayName: t.Name, Sequence: t.Sequence, DefaultPriority: ref(int64(t.DefaultPriority)), DefaultTeam: t.DefaultTeam,
			Inactive: t.CanCreate != nil && !*t.CanCreate,
		},
	}.observed()
}

// Priority is what p tells of its priority, whose own id is not the one that tickets hold.
func (w Words) Priority(p halo.Priority) (mirror.Observation, error) {
	return told{
		ref: mirror.Ref{Kind: "priority", VendorID: p.ID}, row: p.Row, required: []string{"name", "priorityid"},
		fields: map[string]string{"display_name": "name", "value": "priorityid", "sla": "slaid", "inactive": "ishidden"},
		state:  &psav1.Priority{DisplayName: p.Name, Value: ref(int64(p.PriorityID)), Sla: ref(int64(p.SLAID)), Inactive: p.Hidden},
	}.observed()
}

// Team is what t tells of its team.
func (w Words) Team(t halo.Team) (mirror.Observation, error) {
	return told{
		ref: EntityRef("team", t.ID), row: t.Row, required: []string{"name"},
		fields: map[string]string{"display_name": "name", "sequence": "sequence", "inactive": "inactive"},
		state:  &psav1.Team{DisplayName: t.Name, Sequence: t.Sequence, Inactive: t.Inactive},
	}.observed()
}
