package halo

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
)

// Status is a state that tickets can be in. Which there are, and what their ids mean, is the tenant's choice.
// [official: Halo OpenAPI 2024-09, TStatus]
type Status struct {
	Entity

	Name     string `json:"name"`
	Sequence int32  `json:"sequence"`
}

// TicketType is a sort of work. [official: Halo OpenAPI 2024-09, RequestType_List]
type TicketType struct {
	Entity

	Name            string `json:"name"`
	Sequence        int32  `json:"sequence"`
	DefaultPriority ID     `json:"default_priority"`
	DefaultTeam     string `json:"default_team"`
	CanCreate       *bool  `json:"cancreate"` // nil: not said
}

// Priority is how soon work must be done, within one agreement. Tickets hold its PriorityID, not its ID [client library: djpsa].
// [official: Halo OpenAPI 2024-09, Policy]
type Priority struct {
	Row

	ID         string `json:"id"`
	PriorityID ID     `json:"priorityid"`
	SLAID      ID     `json:"slaid"`
	Name       string `json:"name"`
	Hidden     bool   `json:"ishidden"`
}

// Agent is one of the tenant's own people, or a program. [official: Halo OpenAPI 2024-09, Uname_List]
type Agent struct {
	Entity

	Name      string `json:"name"`
	FirstName string `json:"firstname"`
	Surname   string `json:"surname"`
	Email     string `json:"email"`
	Team      string `json:"team"`
	Disabled  bool   `json:"isdisabled"`
	Program   bool   `json:"isapiagent"`
}

// Team is a group of agents. [official: Halo OpenAPI 2024-09, SectionDetail_List]
type Team struct {
	Entity

	Name     string `json:"name"`
	Sequence int32  `json:"sequence"`
	Inactive bool   `json:"inactive"`
}

// Statuses reads them all: lists of this sort have some dozens of rows, no pages, and come bare or under a key
// [client library: djpsa, pyhalopsa for bare; HaloPsa.Api for the key].
func (c *Client) Statuses(ctx context.Context) (Page[Status], error) {
	return listRows(ctx, c, "halo.ListStatuses", "/Status", nil, Read[Status], "statuses")
}

// TicketTypes reads them all, those out of use too.
func (c *Client) TicketTypes(ctx context.Context) (Page[TicketType], error) {
	return listRows(ctx, c, "halo.ListTicketTypes", "/TicketType", url.Values{"showinactive": {"true"}}, Read[TicketType], "tickettypes")
}

// Priorities reads those of every agreement.
func (c *Client) Priorities(ctx context.Context) (Page[Priority], error) {
	return listRows(ctx, c, "halo.ListPriorities", "/Priority", nil, readPriority, "priorities")
}

// Agents reads them all, those out of use and programs too, but not the one that stands for nobody. Halo answers from a cache of
// its own [official names: loadcache, ClearCache; inference].
func (c *Client) Agents(ctx context.Context) (Page[Agent], error) {
	query := url.Values{"includeenabled": {"true"}, "includedisabled": {"true"}, "includeapiagents": {"true"}}
	return listRows(ctx, c, "halo.ListAgents", "/Agent", query, Read[Agent], "agents")
}

// Teams reads them all, those out of use too.
func (c *Client) Teams(ctx context.Context) (Page[Team], error) {
	return listRows(ctx, c, "halo.ListTeams", "/Team", url.Values{"includeenabled": {"true"}, "includedisabled": {"true"}}, Read[Team], "teams")
}

// readPriority reads a row whose id is a text.
func readPriority(b json.RawMessage) (p Priority, err error) {
	if err := json.Unmarshal(b, &p); err != nil {
		return Priority{}, err
	}
	if p.ID == "" {
		return Priority{}, &fieldError{"id", errors.New("a priority without an id")}
	}
	p.Row, err = readRow(b, nil)
	return p, err
}
