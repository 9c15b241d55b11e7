package sim

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// tables are what the tenant's people have set up.
type tables struct {
	statuses    table[status]
	ticketTypes table[ticketType]
	priorities  table[priority]
	agents      table[agent]
	teams       table[team]
}

func (t *tables) reset() {
	t.statuses.key = func(s *status) string { return key(s.ID) }
	t.ticketTypes.key = func(s *ticketType) string { return key(s.ID) }
	t.priorities.key = func(p *priority) string { return p.ID }
	t.agents.key = func(a *agent) string { return key(a.ID) }
	t.teams.key = func(s *team) string { return key(s.ID) }
	t.statuses.reset(statuses())
	t.ticketTypes.reset(ticketTypes())
	t.priorities.reset(priorities())
	t.agents.reset(agents())
	t.teams.reset(teams())
}

func key(id int32) string { return strconv.Itoa(int(id)) }

func (h *Halo) lookupRoutes() []route {
	const read = "read:tickets"
	details := []string{"includedetails"}
	return []route{
		{"GET", "/Status", nil, read, h.listStatuses},
		{"GET", "/Status/{id}", details, read, func(c *call) (any, error) { return one(c, &h.tables.statuses, "status") }},
		{"GET", "/TicketType", []string{"showinactive"}, read, func(*call) (any, error) { return lookup(h, "tickettypes", h.tables.ticketTypes.all()), nil }},
		{"GET", "/TicketType/{id}", details, read, func(c *call) (any, error) { return one(c, &h.tables.ticketTypes, "ticket type") }},
		{"GET", "/Priority", []string{"slaid"}, read, h.listPriorities},
		{"GET", "/Priority/{id}", details, read, func(c *call) (any, error) { return one(c, &h.tables.priorities, "priority") }},
		{"GET", "/Agent", []string{"includeunassigned", "includedisabled", "includeapiagents", "includeenabled"}, read, h.listAgents},
		{"GET", "/Agent/me", nil, read, func(*call) (any, error) { a, _ := h.tables.agents.find(key(apiAgentID)); return a, nil }},
		{"GET", "/Agent/{id}", details, read, func(c *call) (any, error) { return one(c, &h.tables.agents, "agent") }},
		{"POST", "/Agent/ClearCache", nil, read, func(*call) (any, error) { h.tables.agents.clear(); return map[string]bool{"success": true}, nil }},
		{"GET", "/Team", []string{"includeenabled", "includedisabled", "showall"}, read, h.listTeams},
		{"GET", "/Team/{id}", details, read, func(c *call) (any, error) { return one(c, &h.tables.teams, "team") }},
	}
}

func one[T any](c *call, t *table[T], what string) (any, error) {
	row, ok := t.find(c.PathValue("id"))
	if !ok {
		return nil, absent(what)
	}
	return row, nil
}

// lookup is a bare array; other lists are objects, so a tenant may have either [client library: djpsa, pyhalopsa for the array].
func lookup[T any](h *Halo, name string, rows []T) any {
	s := h.Switches()
	rows = listOf(rows, s.NullCollections)
	if s.LookupShape == "object" {
		return map[string]any{"record_count": len(rows), name: rows}
	}
	return rows
}

type statusList struct {
	RecordCount int      `json:"record_count"`
	Statuses    []status `json:"statuses"`
}

// listStatuses has two shapes in the wild [client library: panoramicdata/HaloPsa.Api models an object].
func (h *Halo) listStatuses(*call) (any, error) {
	all := h.tables.statuses.all()
	if h.Switches().StatusShape == "object" {
		return statusList{len(all), all}, nil
	}
	return all, nil
}

func (h *Halo) listPriorities(c *call) (any, error) {
	rows := h.tables.priorities.all()
	if sla, ok := c.number("slaid"); ok {
		rows = slices.DeleteFunc(rows, func(p priority) bool { return int(p.SLAID) != sla })
	}
	return lookup(h, "priorities", rows), nil
}

// listAgents leaves out who is not asked for. The vendor answers from a cache of its own [official names: loadcache, ClearCache;
// inference].
func (h *Halo) listAgents(c *call) (any, error) {
	rows := h.tables.agents.cached(c.now, time.Duration(h.Switches().AgentCacheSeconds)*time.Second)
	return lookup(h, "agents", slices.DeleteFunc(rows, func(a agent) bool {
		return a.ID == unassignedAgent && !c.flag("includeunassigned") ||
			a.IsDisabled && !c.flag("includedisabled") || a.IsAPIAgent && !c.flag("includeapiagents")
	})), nil
}

func (h *Halo) listTeams(c *call) (any, error) {
	hidden := func(t team) bool { return t.Inactive && !c.flag("includedisabled") && !c.flag("showall") }
	return lookup(h, "teams", slices.DeleteFunc(h.tables.teams.all(), hidden)), nil
}

// The names that tickets carry are copies, made when the tenant was new: renaming does not reach them.

func statusName(id int32) string {
	return named(statuses(), func(s status) (int32, string) { return s.ID, s.Name }, id)
}

func ticketTypeName(id int32) string {
	return named(ticketTypes(), func(t ticketType) (int32, string) { return t.ID, t.Name }, id)
}

func agentName(id int32) string {
	return named(agents(), func(a agent) (int32, string) { return a.ID, a.Name }, id)
}

func (h *Halo) knownPriority(id int32) bool {
	return slices.ContainsFunc(h.tables.priorities.all(), func(p priority) bool { return p.PriorityID == id })
}

func named[T any](rows []T, key func(T) (int32, string), id int32) string {
	for _, row := range rows {
		if n, name := key(row); n == id {
			return name
		}
	}
	return ""
}

func clientName(id int32) string {
	names := []string{"Unknown", "Contoso", "Fabrikam", "Northwind Traders", "Adventure Works", "Litware", "Tailspin Toys", "Woodgrove Bank", "Proseware"}
	if id >= 1 && int(id) <= len(names) {
		return names[id-1]
	}
	return fmt.Sprintf("Client %d", id)
}

func siteName(id int32) string {
	if id == 0 {
		return ""
	}
	return fmt.Sprintf("Site %d", id)
}

func userName(id int32) string {
	if id <= 0 {
		return generalUser // also behind the sentinel -1 [community: CIPP-API Halo extension]
	}
	return fmt.Sprintf("User %d", id)
}

func userEmail(id int32) string {
	if id <= 0 {
		return ""
	}
	return fmt.Sprintf("user%d@client.example", id)
}

// outcome completes an action's outcome: 7 is the stock internal note [community: CIPP-API Halo extension], the others unsure.
func outcome(id int32, name string) (int32, string) {
	stock := []string{"", "Email User", "Phone Call", "On Site", "Assign", "Close", "Reopen", "Internal Note", "Public Note"}
	switch at := slices.Index(stock, name); {
	case id == 0 && at > 0:
		return int32(at), name //nolint:gosec // a short list
	case id == 0:
		return 99, name
	case int(id) < len(stock) && id > 0:
		return id, stock[id]
	case name == "":
		return id, fmt.Sprintf("Outcome %d", id)
	default:
		return id, name
	}
}
