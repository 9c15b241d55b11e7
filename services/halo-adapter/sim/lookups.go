package sim

import (
	"fmt"
	"slices"
	"strings"
)

// The sentinels: never null [client library: djpsa; that 1 is "Unassigned" is commonly seen, unsure].
const (
	unassignedAgent = 1
	unknownClient   = 1
	apiAgentID      = 2
	apiAgentName    = "API Service"
	defaultPriority = 4
)

type status struct {
	ID        int32  `json:"id"`
	Name      string `json:"name"`
	ShortName string `json:"shortname"`
	Type      int32  `json:"type"`
	Sequence  int32  `json:"sequence"`
	Colour    string `json:"colour"`
}

// statuses of a stock tenant: 9 is Closed [client library: halopsa-mcp; community: DotMarc capture], the others unsure.
func statuses() []status {
	names := map[int32]string{1: "New", 2: "In Progress", 3: "Action Required", 4: "With User", 5: "With Supplier", 6: "On Hold", 8: "Resolved", closedStatus: "Closed", 20: "Scheduled"}
	var out []status
	for id, name := range names {
		out = append(out, status{ID: id, Name: name, ShortName: name, Sequence: id, Colour: "#1f77b4"})
	}
	slices.SortFunc(out, func(a, b status) int { return int(a.ID - b.ID) })
	return out
}

const closedStatus = 9

func isClosed(status int32) bool { return status == closedStatus }

type ticketType struct {
	ID              int32  `json:"id"`
	Name            string `json:"name"`
	Use             string `json:"use"`
	Sequence        int32  `json:"sequence"`
	DefaultSLA      int32  `json:"default_sla"`
	DefaultPriority int32  `json:"default_priority"`
}

func ticketTypes() []ticketType {
	var out []ticketType
	for n, name := range []string{"Incident", "Service Request", "Problem", "Change Request", "Alert"} {
		out = append(out, ticketType{ID: int32(n + 1), Name: name, Use: "ticket", Sequence: int32(n + 1), DefaultSLA: 1, DefaultPriority: defaultPriority}) //nolint:gosec // five of them
	}
	return append(out, ticketType{ID: opportunityType, Name: "Opportunity", Use: "opps", Sequence: opportunityType, DefaultSLA: 1, DefaultPriority: defaultPriority})
}

// priority has a key of its own; tickets hold its priorityid [client library: djpsa].
type priority struct {
	ID         string `json:"id"`
	SLAID      int32  `json:"slaid"`
	PriorityID int32  `json:"priorityid"`
	Name       string `json:"name"`
	Colour     string `json:"colour"`
	IsHidden   bool   `json:"ishidden"`
}

func priorities() []priority {
	var out []priority
	for n, name := range []string{"Critical", "High", "Medium", "Low"} {
		out = append(out, priority{ID: fmt.Sprintf("9f2c1a7e-0000-4000-8000-00000000000%d", n+1), SLAID: 1, PriorityID: int32(n + 1), Name: name, Colour: "#d62728"}) //nolint:gosec // four of them
	}
	return out
}

type agent struct {
	ID         int32  `json:"id"`
	Name       string `json:"name"`
	FirstName  string `json:"firstname"`
	Surname    string `json:"surname"`
	Email      string `json:"email"`
	Team       string `json:"team"`
	IsDisabled bool   `json:"isdisabled"`
	IsAPIAgent bool   `json:"isapiagent"`
}

func agents() []agent {
	out := []agent{{ID: unassignedAgent, Name: "Unassigned"}, {ID: apiAgentID, Name: apiAgentName, IsAPIAgent: true, Team: "1st Line"}}
	for n, name := range []string{"Amira Khan", "Ben Ortiz", "Chloe Martin", "Dmitri Volkov", "Eve Nakamura", "Former Agent"} {
		first, last, _ := strings.Cut(name, " ")
		out = append(out, agent{
			ID: int32(n + 3), Name: name, FirstName: first, Surname: last, Email: strings.ToLower(first) + "@msp.example", //nolint:gosec // six of them
			Team: teamNames()[n%len(teamNames())], IsDisabled: first == "Former",
		})
	}
	return out
}

func teamNames() []string { return []string{"1st Line", "2nd Line", "Projects"} }

// team is a group of agents (schema SectionDetail_List).
type team struct {
	ID          int32  `json:"id"`
	Name        string `json:"name"`
	Sequence    int32  `json:"sequence"`
	ForRequests bool   `json:"forrequests"`
	Inactive    bool   `json:"inactive"`
}

func teams() []team {
	var out []team
	for n, name := range append(teamNames(), "Former Team") {
		out = append(out, team{ID: int32(n + 1), Name: name, Sequence: int32(n + 1), ForRequests: true, Inactive: n == len(teamNames())}) //nolint:gosec // four of them
	}
	return out
}

// opportunityType is the sort of ticket that quotations hang on: projects and opportunities are tickets too.
const opportunityType = 10
